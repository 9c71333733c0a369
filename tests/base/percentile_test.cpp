#include "spectradiff/base/percentile.h"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

namespace spectradiff {
namespace {

// numpy.percentile of these five, method "linear".
TEST(Percentile, EqualsNumPy) {
  const std::vector<float> values = {3, 1, 4, 1.5f, 9};
  const std::pair<double, double> cases[] = {{0, 1},  {10, 1.2}, {37.5, 2.25}, {50, 3},
                                             {90, 7}, {99, 8.8}, {100, 9}};
  for (const auto& [percentile, expected] : cases) {
    std::vector<float> copy = values;
    EXPECT_NEAR(percentile_of(copy, percentile), expected, 1e-12) << percentile;
  }
  std::vector<float> one = {2};
  EXPECT_EQ(percentile_of(one, 99), 2);
}

}  // namespace
}  // namespace spectradiff
