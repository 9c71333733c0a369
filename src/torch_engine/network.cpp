#include "network.h"

#include <utility>

#include "door.h"
#include "spectradiff/base/error.h"

namespace spectradiff {

Network::Network(AdmittedModel model, const std::string& name, at::Device device, at::ScalarType dtype,
                 bool compiled, std::string method)
    : model_(std::move(model)), name_(name), method_(std::move(method)), device_(device), dtype_(dtype) {
  if (compiled) {
    const CompiledCode& code = *model_.manifest().compiled;
    try {
      compiled_ = through_the_door(code.networks.at(name).file,
                                   [&] { return std::make_unique<CompiledPackage>(model_, name); });
    } catch (const Error& error) {
      throw_error(
          ErrorKind::model,
          "the model's compiled code does not load: {}; export the model again on this machine, or take a "
          "--batch-size other than {}, for which TorchScript runs",
          error.what(), code.batch_size);
    }
  }
  title_ = compiled_ != nullptr ? compiled_->title() : script().title();
}

ScriptNetwork& Network::script() {
  if (!script_) script_.emplace(model_, name_, device_, dtype_, method_);
  return *script_;
}

bool Network::takes_compiled(const std::vector<c10::IValue>& inputs) {
  if (compiled_ == nullptr) return false;
  if (compiled_->takes(inputs)) return true;
  if (!std::exchange(told_, true))
    note_ = fmt::format(
        "{} was given other shapes than it was compiled for (by a long prompt, say): TorchScript "
        "ran instead",
        title_);
  return false;
}

at::Tensor Network::run(std::vector<c10::IValue> inputs, const std::vector<int64_t>& expected) {
  if (!takes_compiled(inputs)) return script().run(std::move(inputs), expected);
  const std::vector<at::Tensor> outputs = compiled_->run(inputs);
  if (outputs.size() != 1) {
    throw_error(ErrorKind::model, "{} gave {} tensors where one is needed; export the model again", title_,
                outputs.size());
  }
  return of_shape(outputs.front(), expected, title_);
}

std::vector<at::Tensor> Network::run_many(std::vector<c10::IValue> inputs) {
  return takes_compiled(inputs) ? compiled_->run(inputs) : script().run_many(std::move(inputs));
}

std::optional<std::string> Network::take_note() {
  return std::exchange(note_, std::nullopt);
}

}  // namespace spectradiff
