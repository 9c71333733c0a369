#include "spectradiff/diffusion/text_mix.h"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <numeric>
#include <vector>

#include "expect_error.h"
#include "spectradiff/base/json.h"

namespace spectradiff {
namespace {

TEST(TextMix, GoesAlongTheArcAsNumPyDoes) {
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

TEST(TextMix, GoesAlongTheLineOtherwise) {
  EXPECT_EQ(mix_coefficients(0.25, false, 0.1), (std::array<double, 2>{0.75, 0.25}));
  EXPECT_EQ(mix_coefficients(0.25, true, 0.99999), (std::array<double, 2>{0.75, 0.25}));
}

TEST(TextMix, NamesEachTextOnceAndNoneThatHasNoShare) {
  const TextMix mix({{"sea", 0.25}, {"storm", 0}, {"night", 0.5}, {"sea", 0.25}});
  EXPECT_EQ(simplified(mix), TextMix({{"sea", 0.5}, {"night", 0.5}}));
  EXPECT_EQ(simplified(TextMix({{"sea", 0}, {"storm", 1}}, true)), TextMix("storm"));
  EXPECT_EQ(simplified(TextMix({{"sea", 0.4}, {"sea", 0.6}}, true)), TextMix("sea"));
  const TextMix arc({{"sea", 0.4}, {"storm", 0.6}}, true);
  EXPECT_EQ(simplified(arc), arc);
}

TEST(TextMix, OfWeightsThatAreNoSharesIsRefused) {
  const auto says = [](const TextMix& mix, const char* text) {
    EXPECT_ERROR(check_mix(mix), ErrorKind::usage, text);
  };
  says(TextMix({{"sea", 0.5}, {"storm", 0.4}}), "sum to 0.9");
  says(TextMix({{"sea", 1.5}, {"storm", -0.5}}), "1.5 of the prompt \"sea\" is outside 0 to 1");
  says(TextMix({{"sea", std::nan("")}, {"storm", 1}}), "nan");
  says(TextMix(std::vector<TextMix::Part>{}), "sum to 0");
  says(TextMix({{"sea", 0.5}, {"storm", 0.25}, {"night", 0.25}}, true), "of two prompts, this one is of 3");
  EXPECT_NO_THROW(check_mix(TextMix({{"a", 1 / 3.0}, {"b", 1 / 3.0}, {"c", 1 / 3.0}})));
}

}  // namespace
}  // namespace spectradiff
