#include "spectradiff/render/pace.h"

#include <gmock/gmock.h>

namespace spectradiff {
namespace {

using testing::DoubleNear;
using testing::Optional;

TEST(Pace, NothingIsKnownBeforeTheFirstBatch) {
  Pace pace;
  pace.begin({1, 1, 1}, 3, true);
  EXPECT_EQ(pace.left_s(), std::nullopt);
  pace.showed(100);  // of what was there
  EXPECT_EQ(pace.left_s(), std::nullopt);
  pace.made(1, 2);
  EXPECT_THAT(pace.left_s(), Optional(200.0));
}

TEST(Pace, WhatIsLeftIsCountedByItsWorkAndNotByItsNumber) {
  Pace pace;
  pace.begin({10, 10, 10, 50}, 4, true);
  pace.made(8, 20);
  pace.made(8, 20);
  EXPECT_THAT(pace.left_s(), Optional(DoubleNear(120, 1e-9)));
  pace.made(1, 20);
  EXPECT_THAT(pace.left_s(), Optional(DoubleNear(100, 1e-9)));
  EXPECT_EQ(pace.pictures(), 17);
  EXPECT_EQ(pace.spent().work, 30);
  EXPECT_EQ(pace.spent().seconds, 60);
}

TEST(Pace, TheFirstBatchSaysNothingOnceThereIsASecond) {
  Pace pace;
  pace.begin(std::vector<double>(12, 1), 12, true);
  pace.made(1, 60);
  pace.made(1, 1);
  EXPECT_THAT(pace.left_s(), Optional(DoubleNear(10, 1e-9)));
}

TEST(Pace, TheFirstBatchCountsUntilThereIsAnotherLikeIt) {
  Pace pace;
  pace.begin({10, 0.05, 10, 10}, 4, true);
  pace.made(1, 20);
  pace.made(1, 0.01);
  EXPECT_THAT(pace.left_s(), Optional(DoubleNear(40, 0.5)));
  pace.made(1, 8);
  EXPECT_THAT(pace.left_s(), Optional(DoubleNear(8, 1e-9)));
}

TEST(Pace, AMachineThatBecomesSlowerIsFollowed) {
  Pace pace;
  pace.begin(std::vector<double>(1300, 1), 1300, true);
  for (int i = 0; i < 500; ++i) pace.made(1, 1);
  for (int i = 0; i < 300; ++i) pace.made(1, 3);
  EXPECT_THAT(pace.left_s(), Optional(DoubleNear(1500, 30)));
}

TEST(Pace, TheSlowerOfTwoLanesEndsLastAndOneThreadDoesBoth) {
  for (const bool at_once : {true, false}) {
    Pace pace;
    pace.begin(std::vector<double>(10, 1), 100, at_once);
    for (int i = 0; i < 5; ++i) pace.made(1, 2);   // 10 s are left
    for (int i = 1; i <= 40; ++i) pace.showed(i);  // 60 s are left
    EXPECT_THAT(pace.left_s(), Optional(DoubleNear(at_once ? 60 : 70, 1e-9))) << at_once;
  }
}

TEST(Pace, WhereNothingIsMadeShowingCounts) {
  Pace pace;
  pace.begin({}, 10, false);
  EXPECT_EQ(pace.left_s(), std::nullopt);
  pace.showed(3);
  EXPECT_THAT(pace.left_s(), Optional(DoubleNear(27, 1e-9)));
}

}  // namespace
}  // namespace spectradiff
