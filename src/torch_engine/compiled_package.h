// One package of AOTInductor of a bundle: native code for one processor, one dtype and one shape of inputs.
#pragma once

#include <memory>
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
  CompiledPackage(const AdmittedModel& model, const std::string& name);

  // Whether the inputs have the shapes that it was compiled for: it may be given no others.
  bool takes(const std::vector<c10::IValue>& inputs) const;
  std::vector<at::Tensor> run(const std::vector<c10::IValue>& inputs);

  // "denoiser.pt2 (model tiny)", for messages.
  const std::string& title() const { return title_; }

 private:
  CompiledPackage(const std::string& model, const CompiledNetwork& network, const ModelFile& file);

  std::string title_;
  std::vector<std::vector<int64_t>> shapes_;
  std::unique_ptr<torch::inductor::AOTIModelPackageLoader> loader_;
};

}  // namespace spectradiff
