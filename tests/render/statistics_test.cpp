#include "spectradiff/render/statistics.h"

#include <gtest/gtest.h>

namespace spectradiff {
namespace {

TEST(PictureStatistics, FlickerIsTheMeanChangeAndLevelTheMeanValue) {
  PictureStatistics statistics;
  statistics.add(Canvas({4, 4}, {0, 0, 0}));
  statistics.add(Canvas({4, 4}, {255, 255, 255}));
  statistics.add(Canvas({4, 4}, {255, 255, 255}));
  EXPECT_DOUBLE_EQ(statistics.flicker(), 0.5);
  EXPECT_DOUBLE_EQ(statistics.level(), 2.0 / 3);
}

TEST(PictureStatistics, OfNothingAreZero) {
  const PictureStatistics statistics;
  EXPECT_EQ(statistics.flicker(), 0);
  EXPECT_EQ(statistics.level(), 0);
}

}  // namespace
}  // namespace spectradiff
