#include "cpu_attention.h"

#include <gtest/gtest.h>

#include <cmath>

#include "cpu_facts.h"

namespace spectradiff {
namespace {

struct Shape {
  int64_t batch, heads, queries, keys, width;
};

// As the networks make them: heads beside each other, so that none of the tensors is contiguous.
at::Tensor random(const Shape& shape, int64_t tokens, uint64_t seed, at::ScalarType dtype) {
  const at::Generator generator = at::detail::createCPUGenerator(seed);
  return at::randn({shape.batch, tokens, shape.heads, shape.width}, generator, at::TensorOptions(at::kFloat))
      .to(dtype)
      .transpose(1, 2);
}

struct Inputs {
  Inputs(const Shape& shape, at::ScalarType dtype)
      : query(3 * random(shape, shape.queries, 1, dtype)),
        key(random(shape, shape.keys, 2, dtype)),
        value(random(shape, shape.keys, 3, dtype)) {}

  at::Tensor query, key, value;
};

double error_of(const Shape& shape, at::ScalarType dtype, std::optional<double> scale = std::nullopt) {
  const Inputs in(shape, dtype);
  const at::Tensor want = at::scaled_dot_product_attention(in.query.to(at::kDouble), in.key.to(at::kDouble),
                                                           in.value.to(at::kDouble), {}, 0.0, false, scale);
  const at::Tensor got = cpu_attention(in.query, in.key, in.value, scale);
  EXPECT_EQ(got.sizes(), want.sizes());
  EXPECT_EQ(got.scalar_type(), dtype);
  return (got.to(at::kDouble) - want).abs().max().item<double>();
}

// Torch has products of bfloat16 only where the processor does them.
bool has_bfloat16() {
  return !this_cpu().bfloat16_unit.empty();
}

// Whole and broken blocks, one key, odd keys, more keys than one product takes.
const std::vector<Shape> kShapes = {{1, 2, 64, 64, 40}, {2, 3, 65, 77, 40},   {1, 1, 1, 1, 8},
                                    {1, 2, 130, 1, 64}, {1, 1, 70, 2061, 80}, {1, 1, 64, 130, 512}};

TEST(CpuAttention, IsTorchsOwnWithinRounding) {
  for (const Shape& shape : kShapes) {
    SCOPED_TRACE(testing::Message() << shape.queries << " queries, " << shape.keys << " keys of "
                                    << shape.width);
    EXPECT_LT(error_of(shape, at::kFloat), 3e-5);
    if (has_bfloat16()) {
      EXPECT_LT(error_of(shape, at::kBFloat16), 0.03);
    }
  }
  EXPECT_LT(error_of(kShapes[1], at::kFloat, 0.5), 3e-5);
}

TEST(CpuAttention, LeavesOtherShapesAndDtypesToTorch) {
  EXPECT_LT(error_of({1, 2, 20, 20, 7}, at::kFloat), 3e-5) << "an odd width";
  EXPECT_LT(error_of({1, 2, 20, 20, 8}, at::kHalf), 0.01);
}

TEST(CpuAttention, SurvivesScoresFarApartAndGivesNanForNan) {
  Inputs in({1, 1, 64, 64, 16}, at::kFloat);
  in.query.mul_(1e4);
  EXPECT_TRUE(cpu_attention(in.query, in.key, in.value, {}).isfinite().all().item<bool>());
  in.query[0][0][5][3] = NAN;
  const at::Tensor got = cpu_attention(in.query, in.key, in.value, {});
  EXPECT_TRUE(got[0][0][5].isnan().all().item<bool>());
  EXPECT_TRUE(got[0][0][6].isfinite().all().item<bool>());
}

TEST(CpuAttention, AnItemHasTheSameBytesWhateverStandsBesideIt) {
  for (const at::ScalarType dtype : {at::kFloat, at::kBFloat16}) {
    if (dtype == at::kBFloat16 && !has_bfloat16()) continue;
    const Inputs in({3, 2, 100, 77, 40}, dtype);
    const at::Tensor together = cpu_attention(in.query, in.key, in.value, {});
    const auto item = [](const at::Tensor& tensor) { return tensor.narrow(0, 1, 1); };
    EXPECT_TRUE(at::equal(item(together), cpu_attention(item(in.query), item(in.key), item(in.value), {})));
  }
}

}  // namespace
}  // namespace spectradiff
