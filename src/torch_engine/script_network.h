// One TorchScript file of a bundle on its device.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "cpu_program.h"
#include "spectradiff/diffusion/admitted_model.h"
#include "torch_headers.h"

namespace spectradiff {

// `tensor`, which must have the shape `expected`, in which -1 is any number; Error{model} blaming `title`
// else.
at::Tensor of_shape(at::Tensor tensor, const std::vector<int64_t>& expected, const std::string& title);

// Not thread-safe.
class ScriptNetwork {
 public:
  // `name` as the manifest has it: "denoiser"; run calls the `method`. Floating-point weights go to `dtype`,
  // integers stay what they are. Error{model} naming the file, and both torch versions where the loader
  // refuses it; and as check_embeddings.
  ScriptNetwork(const AdmittedModel& model, const std::string& name, at::Device device, at::ScalarType dtype,
                const std::string& method = "forward");

  // One tensor of the shape `expected`, in which -1 is any number. Error{model} for anything else.
  at::Tensor run(std::vector<c10::IValue> inputs, const std::vector<int64_t>& expected);

  // The tensors of a network that gives several, whatever their shapes. Error{model} for anything else.
  std::vector<at::Tensor> run_many(std::vector<c10::IValue> inputs);

  // Rows of the smallest table that its inputs are looked up in (a text encoder's tokens); absent: in none.
  std::optional<int64_t> rows_looked_up() const { return rows_looked_up_; }

  // "denoiser.pt (model tiny)", for messages.
  const std::string& title() const { return title_; }

 private:
  c10::IValue forward(std::vector<c10::IValue> inputs);

  std::string title_, method_;
  std::optional<int64_t> rows_looked_up_;
  std::variant<torch::jit::Module, CpuProgram> network_;
};

}  // namespace spectradiff
