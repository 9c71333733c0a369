#include "cpu_program.h"

#include <gtest/gtest.h>

#include "bundle.h"
#include "door.h"
#include "script_network.h"

namespace spectradiff {
namespace {

at::Tensor random(at::IntArrayRef shape, uint64_t seed) {
  return at::randn(shape, at::detail::createCPUGenerator(seed), at::TensorOptions(at::kFloat)) * 0.3;
}

// A network of every kind of layer: packed, and of the kinds that stay as they are.
torch::jit::Module network() {
  torch::jit::Module module("m");
  module.register_parameter("inward", random({8, 4, 3, 3}, 1), false);
  module.register_parameter("grouped", random({8, 4, 3, 3}, 2), false);
  module.register_parameter("outward", random({8, 4, 2, 2}, 3), false);
  module.register_parameter("bias", random({8}, 4), false);
  module.register_parameter("mix", random({4, 4}, 5), false);
  module.define(R"(
    def forward(self, x, mask):
        x = torch._convolution(x, self.inward, self.bias, [2, 2], [1, 1], [1, 1], False, [0, 0], 1, False, False, True, True)
        x = torch._convolution(x, self.grouped, None, [1, 1], [2, 2], [2, 2], False, [0, 0], 2, False, False, True, True)
        x = torch._convolution(x, self.outward, None, [2, 2], [0, 0], [1, 1], True, [0, 0], 1, False, False, True, True)
        tokens = torch.linear(torch.flatten(x, 2).transpose(1, 2), self.mix)
        heads = tokens.unflatten(2, [2, 2]).transpose(1, 2)
        plain = torch.scaled_dot_product_attention(heads, heads, heads)
        masked = torch.scaled_dot_product_attention(heads, heads, heads, mask)
        causal = torch.scaled_dot_product_attention(heads, heads, heads, None, 0.0, True)
        return torch.linear(plain, self.mix[:2, :2]) + masked + causal
  )");
  module.eval();
  return module;
}

TEST(CpuProgram, GivesWhatTheModuleGives) {
  const at::Tensor x = random({2, 4, 10, 14}, 6), mask = random({140, 140}, 7);
  torch::jit::Module module = network();
  const at::Tensor want = module.forward({x, mask}).toTensor();
  ASSERT_GT(want.std().item<float>(), 0.05);
  const CpuProgram program(std::move(module));
  for (int call = 0; call < 3; ++call)
    EXPECT_LT((program.run({x, mask}).toTensor() - want).abs().max().item<float>(), 1e-5);
}

// As the engine does for a call that compiled code does not fit.
TEST(ScriptNetwork, IsLoadedInTheMiddleOfARunToo) {
  const ScriptedBundle bundle;
  torch::jit::Module whole = torch::jit::load((bundle.folder() / "denoiser.pt").string());
  for (const char* name : {"middle", "outer"}) {
    torch::jit::Module around(name);
    around.register_module("inner", whole);
    around.define("def forward(self, x, t, text):\n  return self.inner.forward(x, t, text)\n");
    whole = around;
  }
  whole.save((bundle.folder() / "denoiser.pt").string());
  const at::Tensor x = random({1, 4, 6, 8}, 6), text = at::ones({1, 7, 2});
  const at::Tensor got = through_the_door("a run", [&] {
    ScriptNetwork network(bundle.admitted(), "denoiser", at::kCPU, at::kFloat);
    return network.run({x, at::zeros({1}), text}, {1, 4, 6, 8});
  });
  EXPECT_TRUE(at::equal(got, x + 1));
}

TEST(CpuProgram, KeepsOnlyThePackedWeights) {
  torch::jit::Module module = network();
  const c10::weak_intrusive_ptr<at::TensorImpl> weights(module.attr("inward").toTensor().getIntrusivePtr());
  const CpuProgram program(std::move(module));
  EXPECT_TRUE(weights.expired());
}

TEST(CpuProgram, SuitsTheCpuInPrecisionsThatItIsFastIn) {
  EXPECT_FALSE(CpuProgram::suits(at::Device(at::kCPU), at::kHalf));
  EXPECT_FALSE(CpuProgram::suits(at::Device(at::kCUDA), at::kFloat));
}

}  // namespace
}  // namespace spectradiff
