#include "spectradiff/image/canvas.h"

#include <gtest/gtest.h>

#include "spectradiff/base/error.h"

namespace spectradiff {
namespace {

TEST(Canvas, IsBlackUnlessFilled) {
  const Canvas canvas({3, 2});
  EXPECT_EQ(canvas.bytes(), std::vector<uint8_t>(18, 0));
}

TEST(Canvas, FillsEveryPixelInOrderRedGreenBlue) {
  const Canvas canvas({2, 1}, {1, 2, 3});
  EXPECT_EQ(canvas.bytes(), (std::vector<uint8_t>{1, 2, 3, 1, 2, 3}));
}

TEST(Canvas, RowsLieOneAfterTheOther) {
  Canvas canvas({2, 3});
  canvas.row(2)[3] = 9;
  EXPECT_EQ(canvas.bytes()[2 * 6 + 3], 9);
}

TEST(Canvas, ACloneHasItsOwnPixels) {
  Canvas canvas({2, 2}, {5, 5, 5});
  const Canvas copy = canvas.clone();
  canvas.row(0)[0] = 77;
  EXPECT_EQ(copy.size(), (Size{2, 2}));
  EXPECT_EQ(copy.bytes(), std::vector<uint8_t>(12, 5));
}

TEST(Canvas, RefusesASizeWithoutArea) {
  EXPECT_THROW(Canvas({0, 5}), Error);
  EXPECT_THROW(Canvas({5, -1}), Error);
}

}  // namespace
}  // namespace spectradiff
