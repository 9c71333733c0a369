// One package of AOTInductor of a bundle: native code for one processor, one dtype and one shape of inputs.
#pragma once

#include <string>
#include <vector>

#include "spectradiff/diffusion/engine.h"
#include "torch_headers.h"

namespace spectradiff {

// Why the bundle's compiled code cannot serve, as the end of a sentence; empty: it can. `dtype` and `device`
// are those of the run.
std::string compiled_misfit(const CompiledCode& code, const EngineRequest& request, at::Device device,
                            const std::string& dtype);

// Not thread-safe.
class CompiledPackage final {
 public:
  // Error{model} naming the file. libtorch unpacks it into a temporary folder while it lives.
  CompiledPackage(const Manifest& manifest, const std::string& name);

  // Whether the inputs have the shapes that it was compiled for: it may be given no others.
  bool takes(const std::vector<c10::IValue>& inputs) const;
  std::vector<at::Tensor> run(const std::vector<c10::IValue>& inputs);

  // "denoiser.pt2 (model tiny)", for messages.
  const std::string& title() const { return title_; }

 private:
  std::string title_;
  std::vector<std::vector<int64_t>> shapes_;
  torch::inductor::AOTIModelPackageLoader loader_;
};

}  // namespace spectradiff
