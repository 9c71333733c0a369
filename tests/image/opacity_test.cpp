#include "spectradiff/image/opacity.h"

#include <gtest/gtest.h>

#include <cstdlib>

namespace spectradiff {
namespace {

TEST(Opacity, IsWhatABlackAndAWhiteGroundDifferBy) {
  constexpr int kOpacities[] = {0, 1, 60, 128, 254, 255};
  for (const int opacity : kOpacities) {
    const auto over = [&](int colour, int ground) {
      return static_cast<uint8_t>((colour * opacity + ground * (255 - opacity) + 127) / 255);
    };
    const Rgb colour{240, 90, 10};
    const Canvas black({2, 1}, {over(colour.r, 0), over(colour.g, 0), over(colour.b, 0)});
    const Canvas white({2, 1}, {over(colour.r, 255), over(colour.g, 255), over(colour.b, 255)});
    const Canvas found = opacity_between(black, white);
    EXPECT_LE(std::abs(found.row(0)[0] - opacity), 1);
    const auto rgba = straight_rgba(black, found);
    ASSERT_EQ(rgba.size(), 8u);
    EXPECT_EQ(rgba[7], found.row(0)[3]);
    if (opacity < 60) continue;
    EXPECT_LE(std::abs(rgba[0] - colour.r), 4) << opacity;
    EXPECT_LE(std::abs(rgba[1] - colour.g), 4) << opacity;
    EXPECT_LE(std::abs(rgba[2] - colour.b), 4) << opacity;
  }
}

TEST(Opacity, LeavesNoColourWhereNothingIs) {
  const Canvas nothing({1, 1}, {0, 0, 0});
  EXPECT_EQ(straight_rgba(nothing, nothing), std::vector<uint8_t>({0, 0, 0, 0}));
}

}  // namespace
}  // namespace spectradiff
