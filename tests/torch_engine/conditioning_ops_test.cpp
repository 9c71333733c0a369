#include "conditioning_ops.h"

#include <gtest/gtest.h>

#include <cmath>

namespace spectradiff {
namespace {

at::Tensor drawn_normal(at::IntArrayRef shape, uint64_t seed) {
  return at::randn(shape, at::detail::createCPUGenerator(seed), at::TensorOptions(at::kFloat));
}

double number_of(const at::Tensor& value) {
  return value.item<double>();
}

TEST(ConditioningOps, LaySoundOverTextAsTheSeedDoes) {
  const at::Tensor text = drawn_normal({1, 78, 16}, 1), sound = at::rand({77 * 16});
  const at::Tensor laid = laid_over(text, 1, sound, at::full({1}, 200.0), at::full({1}, 0.24));
  const at::Tensor tokens = text.narrow(1, 0, 77);
  const double low = number_of(tokens.min()) / 200, high = number_of(tokens.max()) / 200;
  const at::Tensor expected = tokens + (sound.view({1, 77, 16}) * (high - low) + low) + 0.24;
  EXPECT_LT(number_of((laid.narrow(1, 0, 77) - expected).abs().max()), 1e-5);
  EXPECT_TRUE(at::equal(laid.narrow(1, 77, 1), text.narrow(1, 77, 1)));  // SDXL's pooled text
}

TEST(ConditioningOps, TurnEveryTokenAlongItsOwnArc) {
  const at::Tensor from = drawn_normal({1, 5, 8}, 1), to = drawn_normal({1, 5, 8}, 2);
  const at::Tensor half = along_token_arcs(from, to, at::full({1}, 0.3));
  for (int64_t token = 0; token < 5; ++token) {
    const at::Tensor a = from[0][token], b = to[0][token];
    const double angle = std::acos(number_of(a.dot(b)) / (number_of(a.norm()) * number_of(b.norm())));
    const at::Tensor expected =
        std::sin(0.7 * angle) / std::sin(angle) * a + std::sin(0.3 * angle) / std::sin(angle) * b;
    EXPECT_LT(number_of((half[0][token] - expected).abs().max()), 1e-5);
  }
  EXPECT_LT(number_of((along_token_arcs(from, from * 2, at::full({1}, 0.5)) - from * 1.5).abs().max()), 1e-5);
  EXPECT_TRUE(at::isfinite(along_token_arcs(from * 0, to, at::full({1}, 0.5))).all().item<bool>());
}

TEST(ConditioningOps, BendLatentsAndKeepTheirVariance) {
  using enum LatentBend::Kind;
  const at::Tensor latents = drawn_normal({1, 4, 12, 10}, 1), fresh = drawn_normal({1, 4, 12, 10}, 2);
  const auto bent = [&](LatentBend::Kind kind, std::vector<double> numbers) {
    const LatentBend bend{kind, std::move(numbers)};
    return bent_latents(latents, {&bend, 1}, fresh);
  };
  EXPECT_LT(number_of((bent(add, {0.4}) - latents - 0.4).abs().max()), 1e-6);
  EXPECT_TRUE(at::equal(bent(roll, {1, 4}), at::roll(latents, {4, 1}, {2, 3})));
  for (const auto& [kind, numbers] : std::vector<std::pair<LatentBend::Kind, std::vector<double>>>{
           {gain, {2, 3}}, {low, {0.5}}, {high, {1.5}}, {LatentBend::Kind::noise, {0.5}}, {quantise, {2}}}) {
    const at::Tensor made = bent(kind, numbers);
    EXPECT_NEAR(number_of(made.std()), number_of(latents.std()), 1e-5);
    EXPECT_GT(number_of((made - latents).abs().max()), 0.05);
  }
  const at::Tensor turned = bent(rotate, {0, 1, 0.1});
  EXPECT_LT(number_of((turned.select(1, 0) -
                       (latents.select(1, 0) * std::cos(0.1) - latents.select(1, 1) * std::sin(0.1)))
                          .abs()
                          .max()),
            1e-6);
  EXPECT_TRUE(at::equal(turned.select(1, 3), latents.select(1, 3)));
  // What a Gaussian keeps of a constant is the constant.
  const LatentBend blur{low, {3}};
  EXPECT_LT(number_of((bent_latents(at::ones({1, 4, 12, 10}), {&blur, 1}, fresh) - 3).abs().max()), 1e-4);
}

}  // namespace
}  // namespace spectradiff
