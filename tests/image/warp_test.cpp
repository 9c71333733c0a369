#include "spectradiff/image/warp.h"

#include <gtest/gtest.h>

namespace spectradiff {
namespace {

// Differs in every pixel, smooth enough to be read between pixels.
Canvas gradient(Size size) {
  Canvas canvas(size);
  for (int y = 0; y < size.height; ++y) {
    for (int x = 0; x < size.width; ++x) {
      uint8_t* pixel = canvas.row(y) + 3 * x;
      pixel[0] = static_cast<uint8_t>(4 * x);
      pixel[1] = static_cast<uint8_t>(5 * y);
      pixel[2] = static_cast<uint8_t>(x + y);
    }
  }
  return canvas;
}

TEST(MovedByCamera, AStepThatMovesNothingGivesTheSameBytes) {
  const Canvas picture = gradient({31, 17});
  EXPECT_EQ(moved_by_camera(picture, {}).bytes(), picture.bytes());
  EXPECT_EQ(moved_by_camera(picture, {1, 360, 0, 0}).bytes(), picture.bytes());
}

TEST(MovedByCamera, APanMovesThePictureAndReflectsItAtTheBorder) {
  const Canvas picture = gradient({32, 16});
  const Canvas moved = moved_by_camera(picture, {1, 0, 0.25, 0.125});  // 8 to the right, 2 down
  for (int x = 8; x < 32; ++x) EXPECT_EQ(moved.row(5)[3 * x], picture.row(3)[3 * (x - 8)]) << x;
  EXPECT_EQ(moved.row(5)[3 * 7], picture.row(3)[3 * 1]);
  EXPECT_EQ(moved.row(1)[3 * 20 + 1], picture.row(1)[3 * 12 + 1]);
}

TEST(MovedByCamera, AQuarterTurnClockwiseBringsTheTopToTheRight) {
  const Canvas picture = gradient({21, 21});
  const Canvas moved = moved_by_camera(picture, {1, 90, 0, 0});
  for (int i = 0; i < 21; ++i) {
    EXPECT_EQ(moved.row(i)[3 * 20], picture.row(0)[3 * i]) << i;
    EXPECT_EQ(moved.row(0)[3 * i + 1], picture.row(20 - i)[1]) << i;
  }
}

TEST(MovedByCamera, ZoomingInKeepsTheCentreAndHalvesTheSlope) {
  const Canvas picture = gradient({33, 33});
  const Canvas moved = moved_by_camera(picture, {2, 0, 0, 0});
  EXPECT_EQ(moved.row(16)[3 * 16], picture.row(16)[3 * 16]);
  EXPECT_EQ(moved.row(16)[3 * 26], picture.row(16)[3 * 21]);
  EXPECT_EQ(moved.row(16)[3 * 27], picture.row(16)[3 * 21] + 2);  // half-way to the next pixel, 4 brighter
}

TEST(MovedByCamera, APictureOfOnePixelStaysIt) {
  const Canvas picture({1, 1}, {9, 8, 7});
  EXPECT_EQ(moved_by_camera(picture, {3, 45, 0.5, 0.5}).bytes(), picture.bytes());
}

}  // namespace
}  // namespace spectradiff
