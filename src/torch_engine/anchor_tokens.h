// What anchors leave for the frames that see them, on the device.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "spectradiff/diffusion/manifest.h"
#include "spectradiff/diffusion/networks.h"
#include "torch_headers.h"

namespace spectradiff {

// What came into each self-attention layer of an anchor's step: [1][tokens][channels], and where there is a
// negative text [2], the negative's first. On the device, in the networks' dtype.
class TorchTokens : public DeviceArray {
 public:
  std::vector<at::Tensor> layers;
};

// [layers] of [times · batch][tokens][channels]: what each item sees, of `anchors` [batch], null: zeros; or a
// token of zeros for each where no item sees any. `times` is 2 where the negative texts' items come first.
std::vector<at::Tensor> seen_tokens(std::span<const Array> anchors, const std::vector<BankLayer>& layers,
                                    int64_t batch, int64_t times, const at::TensorOptions& options);

}  // namespace spectradiff
