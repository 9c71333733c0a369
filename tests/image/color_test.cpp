#include "spectradiff/image/color.h"

#include <gtest/gtest.h>

namespace spectradiff {
namespace {

TEST(HslToRgb, GivesThePrimariesAThirdOfATurnApart) {
  EXPECT_EQ(hsl_to_rgb(0, 1, 0.5), (Rgb{255, 0, 0}));
  EXPECT_EQ(hsl_to_rgb(1.0 / 3, 1, 0.5), (Rgb{0, 255, 0}));
  EXPECT_EQ(hsl_to_rgb(2.0 / 3, 1, 0.5), (Rgb{0, 0, 255}));
}

TEST(HslToRgb, GivesTheNamedColoursOfCss) {
  EXPECT_EQ(hsl_to_rgb(39.0 / 360, 1.0, 0.5), (Rgb{255, 166, 0}));          // hsl(39 100% 50%), near orange
  EXPECT_EQ(hsl_to_rgb(270.0 / 360, 0.5, 0.4), (Rgb{102, 51, 153}));        // rebeccapurple
  EXPECT_EQ(hsl_to_rgb(300.0 / 360, 0.4725, 0.5843), (Rgb{199, 99, 199}));  // near orchid
}

TEST(HslToRgb, IsGreyWithoutSaturation) {
  EXPECT_EQ(hsl_to_rgb(0.123, 0, 0.2), (Rgb{51, 51, 51}));
}

TEST(HslToRgb, IsBlackAndWhiteAtTheEndsOfLightness) {
  EXPECT_EQ(hsl_to_rgb(0.4, 1, 0), (Rgb{0, 0, 0}));
  EXPECT_EQ(hsl_to_rgb(0.4, 1, 1), (Rgb{255, 255, 255}));
}

TEST(HslToRgb, RoundsHalfUp) {
  EXPECT_EQ(hsl_to_rgb(0, 0, 0.5), (Rgb{128, 128, 128}));  // 127.5
}

TEST(HslToRgb, WrapsHueAndClampsTheRest) {
  EXPECT_EQ(hsl_to_rgb(-0.75, 1, 0.5), hsl_to_rgb(0.25, 1, 0.5));
  EXPECT_EQ(hsl_to_rgb(3.25, 2, 0.5), hsl_to_rgb(0.25, 1, 0.5));
  EXPECT_EQ(hsl_to_rgb(0.25, 1, 7), (Rgb{255, 255, 255}));
  EXPECT_EQ(hsl_to_rgb(0.25, -1, -7), (Rgb{0, 0, 0}));
}

}  // namespace
}  // namespace spectradiff
