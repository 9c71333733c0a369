#include "spectradiff/diffusion/mixed_text.h"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <numeric>
#include <vector>

#include "spectradiff/base/json.h"

namespace spectradiff {
namespace {

TEST(MixedText, GoesAlongTheArcAsNumPyDoes) {
  const Json cases = read_json(std::filesystem::path(SPECTRADIFF_TEST_DATA) / "slerp.json");
  ASSERT_GE(cases.size(), 10u);
  for (const Json& example : cases) {
    const auto one = example["one"].get<std::vector<double>>();
    const auto other = example["other"].get<std::vector<double>>();
    const auto dot = [](const std::vector<double>& a, const std::vector<double>& b) {
      return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
    };
    const double cosine = dot(one, other) / std::sqrt(dot(one, one) * dot(other, other));
    const auto [of_one, of_other] = mix_coefficients(example["weight"].get<double>(), true, cosine);
    for (size_t i = 0; i < one.size(); ++i)
      EXPECT_NEAR(of_one * one[i] + of_other * other[i], example["between"][i].get<double>(), 1e-12);
  }
}

TEST(MixedText, GoesAlongTheLineOtherwise) {
  EXPECT_EQ(mix_coefficients(0.25, false, 0.1), (std::array<double, 2>{0.75, 0.25}));
  EXPECT_EQ(mix_coefficients(0.25, true, 0.99999), (std::array<double, 2>{0.75, 0.25}));
}

}  // namespace
}  // namespace spectradiff
