#include "compiled_package.h"

#include <algorithm>

#include "cpu_facts.h"
#include "door.h"
#include "spectradiff/base/error.h"
#include "spectradiff/base/text.h"

namespace spectradiff {
namespace {

std::string lacking_flags(const std::vector<std::string>& needed) {
  const CpuFacts cpu = this_cpu();
  std::vector<std::string> lacking;
  std::copy_if(needed.begin(), needed.end(), std::back_inserter(lacking),
               [&](const std::string& flag) { return !cpu.flags.contains(flag); });
  return join(lacking, ", ");
}

// A batch size that is left open never is the one that the code is for.
std::string job_text(Size size, int batch_size, bool guided) {
  return fmt::format("{}x{}{}{}", size.width, size.height,
                     batch_size > 0 ? fmt::format(" in batches of {}", batch_size) : "",
                     guided ? "" : " without guidance");
}

const CompiledNetwork& facts_of(const Manifest& manifest, const std::string& name) {
  return manifest.compiled.value().networks.at(name);
}

}  // namespace

std::string compiled_misfit(const CompiledCode& code, const EngineRequest& request, at::Device device,
                            const std::string& dtype) {
  if (code.torch != TORCH_VERSION)
    return fmt::format("torch {} made it, this is {}; export it again", code.torch, TORCH_VERSION);
  if (code.device != at::DeviceTypeName(device.type(), true))
    return fmt::format("it is for the {}", code.device);
  if (code.dtype != dtype) return fmt::format("it is in {0}, which --dtype {0} asks for", code.dtype);
  if (const std::string lacking = lacking_flags(code.cpu_flags); !lacking.empty())
    return fmt::format("it is for a processor with {}; export it again on this one", lacking);
  if (request.coherent) return "it knows no attention bank, which --coherence needs";
  if (code.size != request.size || code.batch_size != request.batch_size || code.guided != request.guided) {
    return fmt::format("it is for {}, this is {}", job_text(code.size, code.batch_size, code.guided),
                       job_text(request.size, request.batch_size, request.guided));
  }
  return "";
}

CompiledPackage::CompiledPackage(const AdmittedModel& model, const std::string& name)
    : CompiledPackage(model.manifest().name, facts_of(model.manifest(), name),
                      model.file(facts_of(model.manifest(), name).file)) {}

CompiledPackage::CompiledPackage(const std::string& model, const CompiledNetwork& network,
                                 const ModelFile& file)
    : title_(fmt::format("{} (model {})", network.file, model)),
      shapes_(network.shapes),
      loader_(file.loading(network.sha256, [&] {
        return std::make_unique<torch::inductor::AOTIModelPackageLoader>(file.open_name().string());
      })) {}

bool CompiledPackage::takes(const std::vector<c10::IValue>& inputs) const {
  return std::equal(inputs.begin(), inputs.end(), shapes_.begin(), shapes_.end(),
                    [](const c10::IValue& input, const std::vector<int64_t>& shape) {
                      return input.isTensor() && input.toTensor().sizes() == at::IntArrayRef(shape);
                    });
}

// The code reads its inputs as the planes that it was compiled for.
std::vector<at::Tensor> CompiledPackage::run(const std::vector<c10::IValue>& inputs) {
  if (!takes(inputs)) throw_error(ErrorKind::internal, "{} was given inputs of other shapes", title_);
  std::vector<at::Tensor> tensors;
  for (const c10::IValue& input : inputs) tensors.push_back(input.toTensor().contiguous());
  return loader_->run(tensors);
}

}  // namespace spectradiff
