#include "spectradiff/image/blend.h"

#include <gtest/gtest.h>

namespace spectradiff {
namespace {

TEST(Blend, OfBlackAndWhiteHalfWayIsMidGrey) {
  const Canvas grey = blend(Canvas({3, 2}), Canvas({3, 2}, {255, 255, 255}), 1, 2);
  EXPECT_EQ(grey.size(), (Size{3, 2}));
  EXPECT_EQ(grey.bytes(), Canvas({3, 2}, {128, 128, 128}).bytes());
}

TEST(Blend, GoesEvenlyFromOnePictureToTheOther) {
  const Canvas from({1, 1}, {200, 0, 10});
  const Canvas to({1, 1}, {100, 4, 11});
  EXPECT_EQ(blend(from, to, 0, 4).bytes(), from.bytes());
  EXPECT_EQ(blend(from, to, 1, 4).bytes(), (std::vector<uint8_t>{175, 1, 10}));
  EXPECT_EQ(blend(from, to, 3, 4).bytes(), (std::vector<uint8_t>{125, 3, 11}));
  EXPECT_EQ(blend(from, to, 4, 4).bytes(), to.bytes());
}

}  // namespace
}  // namespace spectradiff
