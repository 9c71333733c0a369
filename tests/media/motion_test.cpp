#include "spectradiff/media/motion.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

namespace spectradiff::test {
namespace {

// A bright square of 32 pixels with a texture of its own, its left edge at x, on a dark ground.
Canvas square_at(int x) {
  Canvas picture({128, 96}, {20, 10, 30});
  std::mt19937 dice(1);
  for (int j = 0; j < 32; ++j)
    for (int i = 0; i < 32; ++i)
      for (int c = 0; c < 3; ++c)
        picture.row(32 + j)[(x + i) * 3 + c] = static_cast<uint8_t>(150 + dice() % 100);
  return picture;
}

double mean_difference(const Canvas& a, const Canvas& b) {
  double sum = 0;
  for (size_t i = 0; i < a.bytes().size(); ++i) sum += std::abs(a.bytes()[i] - b.bytes()[i]);
  return sum / static_cast<double>(a.bytes().size());
}

TEST(MoveBetween, ASquareIsOnItsWayInBetween) {
  const auto between = move_between(square_at(32), square_at(48), 4);
  ASSERT_EQ(between.size(), 3U);
  for (int part = 1; part < 4; ++part) {
    const Canvas& picture = between[static_cast<size_t>(part) - 1];
    EXPECT_EQ(picture.size(), (Size{128, 96}));
    const double there = mean_difference(picture, square_at(32 + 4 * part));
    for (const int elsewhere : {32, 48})
      EXPECT_LT(there, 0.5 * mean_difference(picture, square_at(elsewhere))) << part;
  }
}

TEST(MoveBetween, WhatIsTheSameInBothStaysByteForByte) {
  for (const Canvas& picture : move_between(square_at(40), square_at(40), 3))
    EXPECT_EQ(picture.bytes(), square_at(40).bytes());
}

TEST(MoveBetween, APairGivesTheSamePicturesWheneverItComes) {
  const auto once = move_between(square_at(32), square_at(44), 3);
  move_between(square_at(60), square_at(20), 5);
  const auto again = move_between(square_at(32), square_at(44), 3);
  for (size_t i = 0; i < once.size(); ++i) EXPECT_EQ(once[i].bytes(), again[i].bytes()) << i;
}

TEST(MoveBetween, TheSmallestPicturesAndOddSidesWork) {
  for (const Size size : {Size{16, 16}, Size{24, 40}, Size{67, 51}})
    EXPECT_EQ(move_between(Canvas(size, {9, 9, 9}), Canvas(size, {9, 9, 9}), 2).front().bytes(),
              Canvas(size, {9, 9, 9}).bytes());
}

TEST(MotionLibraryVersion, IsThatOfLibavfilter) {
  EXPECT_THAT(motion_library_version(), testing::MatchesRegex("[0-9]+\\.[0-9]+\\.[0-9]+"));
}

}  // namespace
}  // namespace spectradiff::test
