// One network of a bundle: compiled code where there is some for what it is given, else TorchScript.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "compiled_package.h"
#include "script_network.h"

namespace spectradiff {

// Not thread-safe.
class Network {
 public:
  // As ScriptNetwork; there is compiled code of "forward" alone. With `compiled` the bundle's compiled code
  // is loaded instead, and TorchScript when the code does not fit a call. Error{model} where the code does
  // not load: the plan was made for it.
  Network(AdmittedModel model, const std::string& name, at::Device device, at::ScalarType dtype,
          bool compiled, std::string method = "forward");

  // As ScriptNetwork.
  at::Tensor run(std::vector<c10::IValue> inputs, const std::vector<int64_t>& expected);
  std::vector<at::Tensor> run_many(std::vector<c10::IValue> inputs);

  // As ScriptNetwork; absent too where compiled code runs, which looks after itself.
  std::optional<int64_t> rows_looked_up() const { return script_ ? script_->rows_looked_up() : std::nullopt; }

  const std::string& title() const { return title_; }

  // Why TorchScript ran after all, once.
  std::optional<std::string> take_note();

 private:
  ScriptNetwork& script();
  bool takes_compiled(const std::vector<c10::IValue>& inputs);

  AdmittedModel model_;
  std::string name_, method_, title_;
  at::Device device_;
  at::ScalarType dtype_;
  std::unique_ptr<CompiledPackage> compiled_;
  std::optional<ScriptNetwork> script_;
  std::optional<std::string> note_;
  bool told_ = false;
};

}  // namespace spectradiff
