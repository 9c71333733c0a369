#include "anchor_tokens.h"

#include <algorithm>

#include "spectradiff/base/error.h"

namespace spectradiff {

std::vector<at::Tensor> seen_tokens(std::span<const Array> anchors, const std::vector<BankLayer>& layers,
                                    int64_t batch, int64_t times, const at::TensorOptions& options) {
  std::vector<const TorchTokens*> seen;
  for (const Array& anchor : anchors) {
    seen.push_back(dynamic_cast<const TorchTokens*>(anchor.get()));
    if (anchor != nullptr && (seen.back() == nullptr || seen.back()->layers.front().size(0) != times))
      throw_error(ErrorKind::internal, "a frame was given an anchor of another kind of batch");
  }
  const auto some = std::find_if(seen.begin(), seen.end(), [](const auto* each) { return each != nullptr; });
  std::vector<at::Tensor> inputs;
  for (size_t layer = 0; layer < layers.size(); ++layer) {
    if (some == seen.end()) {
      inputs.push_back(at::zeros({times * batch, 1, layers[layer].channels}, options));
      continue;
    }
    const at::Tensor none = at::zeros_like((*some)->layers[layer].narrow(0, 0, 1));
    std::vector<at::Tensor> items;
    for (int64_t half = 0; half < times; ++half) {
      for (const TorchTokens* tokens : seen)
        items.push_back(tokens != nullptr ? tokens->layers[layer].narrow(0, half, 1) : none);
    }
    inputs.push_back(at::cat(items));
  }
  return inputs;
}

}  // namespace spectradiff
