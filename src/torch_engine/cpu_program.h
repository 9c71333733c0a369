// A TorchScript network made ready for a CPU: weights packed once as oneDNN wants them, attention in blocks.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "torch_headers.h"

namespace spectradiff {

// Not thread-safe.
class CpuProgram {
 public:
  // Whether this processor gains from it: x86 with oneDNN in float32, and in bfloat16 where it has
  // instructions for that.
  static bool suits(at::Device device, at::ScalarType dtype);

  // Freezes and takes over a method of the module, whose weights have their final dtype; no other copy of
  // them is kept.
  explicit CpuProgram(torch::jit::Module module, const std::string& method = "forward");

  // What the method gives of the inputs, but for the order in which sums are made.
  c10::IValue run(std::vector<c10::IValue> inputs) const;

 private:
  // The graph's nodes name functions of the module that they were inlined from, which the interpreter tells
  // of where an operation fails.
  std::shared_ptr<torch::jit::CompilationUnit> functions_;
  std::vector<c10::IValue> packed_;  // follow the network's own inputs
  std::shared_ptr<torch::jit::Graph> graph_;
  torch::jit::Code code_;
};

}  // namespace spectradiff
