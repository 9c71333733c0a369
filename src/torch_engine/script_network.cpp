#include "script_network.h"

#include <memory>
#include <utility>

#include "door.h"
#include "embedding_check.h"
#include "host_memory.h"
#include "spectradiff/base/error.h"

namespace spectradiff {
namespace {

// Module::to(device, dtype) would turn the integers, CLIP's position ids among them, into floats as well.
void convert(torch::jit::Module& module, at::Device device, at::ScalarType dtype) {
  const auto move = [&](const at::Tensor& tensor) {
    tensor.set_data(tensor.detach().to(device, tensor.is_floating_point() ? dtype : tensor.scalar_type()));
  };
  for (const at::Tensor& parameter : module.parameters()) {
    parameter.requires_grad_(false);
    move(parameter);
  }
  for (const at::Tensor& buffer : module.buffers()) move(buffer);
}

// The file that was checked, as libtorch's loader reads it.
class Reader : public caffe2::serialize::ReadAdapterInterface {
 public:
  explicit Reader(const ModelFile& file) : file_(file) {}
  size_t size() const override { return file_.bytes(); }
  size_t read(uint64_t at, void* into, size_t count, const char*) const override {
    file_.read(at, {static_cast<char*>(into), count});
    return count;
  }

 private:
  const ModelFile& file_;
};

torch::jit::Module load(const ModelFile& file) {
  torch::jit::Module module = torch::jit::load(std::make_shared<Reader>(file), at::Device(at::kCPU));
  module.eval();
  return module;
}

std::string exporting_torch(const Manifest& manifest) {
  const auto found = manifest.exporter.find("torch");
  return found == manifest.exporter.end() ? "an unknown torch" : "torch " + found->second;
}

bool fits(at::IntArrayRef shape, const std::vector<int64_t>& expected) {
  if (shape.size() != expected.size()) return false;
  for (size_t i = 0; i < expected.size(); ++i) {
    if (expected[i] >= 0 && shape[i] != expected[i]) return false;
  }
  return true;
}

std::string shape_text(at::IntArrayRef shape) {
  std::string text = "[";
  for (size_t i = 0; i < shape.size(); ++i) {
    text += i == 0 ? "" : ", ";
    text += shape[i] < 0 ? "any" : std::to_string(shape[i]);
  }
  return text + "]";
}

}  // namespace

at::Tensor of_shape(at::Tensor tensor, const std::vector<int64_t>& expected, const std::string& title) {
  if (!fits(tensor.sizes(), expected)) {
    throw_error(ErrorKind::model,
                "{} gave the shape {} where {} is needed; the model does not match its model.json", title,
                shape_text(tensor.sizes()), shape_text(expected));
  }
  return tensor;
}

ScriptNetwork::ScriptNetwork(const AdmittedModel& model, const std::string& name, at::Device device,
                             at::ScalarType dtype, const std::string& method)
    : method_(method) {
  const Manifest& manifest = model.manifest();
  const NetworkFile& network = manifest.networks.at(name);
  title_ = fmt::format("{} (model {})", network.file, manifest.name);
  const ModelFile& file = model.file(network.file);
  const HostMemoryNotKept loading;
  // Calls of submodules would stay calls without it, from the first look at a graph on, and a run that needs
  // a network at once is without it.
  const torch::jit::GraphOptimizerEnabledGuard inlining(true);
  try {
    torch::jit::Module module = file.loading(network.sha256, [&] { return load(file); });
    if (!module.find_method(method))
      throw_error(ErrorKind::model, "{} has no {}; export the model again", title_, method);
    rows_looked_up_ = check_embeddings(module, title_);
    convert(module, device, dtype);
    if (CpuProgram::suits(device, dtype)) {
      network_ = CpuProgram(std::move(module), method);
    } else {
      network_ = std::move(module);
    }
  } catch (...) {
    rethrow_as_error(fmt::format("{}, exported with {}, does not load with libtorch {}", title_,
                                 exporting_torch(manifest), TORCH_VERSION));
  }
}

c10::IValue ScriptNetwork::forward(std::vector<c10::IValue> inputs) {
  if (const auto* program = std::get_if<CpuProgram>(&network_)) return program->run(std::move(inputs));
  return std::get<torch::jit::Module>(network_).get_method(method_)(std::move(inputs));
}

std::vector<at::Tensor> ScriptNetwork::run_many(std::vector<c10::IValue> inputs) {
  const c10::IValue output = forward(std::move(inputs));
  std::vector<at::Tensor> tensors;
  if (output.isTuple()) {
    for (const c10::IValue& element : output.toTupleRef().elements())
      if (element.isTensor()) tensors.push_back(element.toTensor());
  }
  if (tensors.empty() || tensors.size() != output.toTupleRef().elements().size()) {
    throw_error(ErrorKind::model, "{} gave a {} where several tensors are needed; export the model again",
                title_, output.tagKind());
  }
  return tensors;
}

at::Tensor ScriptNetwork::run(std::vector<c10::IValue> inputs, const std::vector<int64_t>& expected) {
  const c10::IValue output = forward(std::move(inputs));
  if (!output.isTensor()) {
    throw_error(ErrorKind::model, "{} gave a {} where one tensor is needed; export the model again", title_,
                output.tagKind());
  }
  return of_shape(output.toTensor(), expected, title_);
}

}  // namespace spectradiff
