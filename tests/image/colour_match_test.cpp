#include "spectradiff/image/colour_match.h"

#include <gtest/gtest.h>

#include "spectradiff/base/number.h"

namespace spectradiff {
namespace {

// Any colours between two values of each channel.
Canvas coloured(Rgb low, Rgb high, uint64_t seed) {
  Canvas canvas({32, 24});
  for (size_t i = 0; i < canvas.bytes().size(); i += 3) {
    const uint64_t bits = splitmix64(seed + i);
    const auto between = [&](int from, int to, int shift) {
      return static_cast<uint8_t>(from + static_cast<int>((bits >> shift) % 256) * (to - from) / 255);
    };
    canvas.bytes()[i] = between(low.r, high.r, 0);
    canvas.bytes()[i + 1] = between(low.g, high.g, 8);
    canvas.bytes()[i + 2] = between(low.b, high.b, 16);
  }
  return canvas;
}

TEST(ColourMoments, AreOklabOfWhiteGreyAndRed) {
  const auto mean = [](Rgb colour) { return colour_moments(Canvas({2, 2}, colour)).mean; };
  EXPECT_NEAR(mean({255, 255, 255})[0], 1, 1e-4);
  EXPECT_NEAR(mean({255, 255, 255})[1], 0, 1e-4);
  EXPECT_NEAR(mean({0, 0, 0})[0], 0, 1e-9);
  EXPECT_NEAR(mean({119, 119, 119})[0], 0.5693, 1e-4);  // as colour.XYZ_to_Oklab has it
  // CSS Color 4: red is oklab(0.62796 0.22486 0.12585).
  EXPECT_NEAR(mean({255, 0, 0})[0], 0.62796, 1e-4);
  EXPECT_NEAR(mean({255, 0, 0})[1], 0.22486, 1e-4);
  EXPECT_NEAR(mean({255, 0, 0})[2], 0.12585, 1e-4);
}

TEST(MatchColours, GivesAPictureTheMeansAndDeviationsOfAnother) {
  const ColourMoments to = colour_moments(coloured({60, 90, 100}, {170, 160, 190}, 1));
  Canvas picture = coloured({20, 20, 20}, {120, 110, 90}, 2);
  match_colours(picture, to);
  const ColourMoments now = colour_moments(picture);
  for (size_t c = 0; c < 3; ++c) {
    EXPECT_NEAR(now.mean[c], to.mean[c], 1e-3) << c;
    EXPECT_NEAR(now.deviation[c], to.deviation[c], 2e-3) << c;
  }
}

TEST(MatchColours, ToItsOwnColoursLeavesEveryPixelWhereItIs) {
  const Canvas picture = coloured({0, 0, 0}, {255, 255, 255}, 3);
  Canvas same = picture.clone();
  match_colours(same, colour_moments(picture));
  for (size_t i = 0; i < picture.bytes().size(); ++i)
    ASSERT_NEAR(same.bytes()[i], picture.bytes()[i], 1) << i;
}

TEST(MatchColours, AFlatPictureTakesTheMeanAlone) {
  Canvas flat({8, 8}, {10, 10, 10});
  match_colours(flat, colour_moments(coloured({60, 90, 100}, {170, 160, 190}, 1)));
  for (size_t i = 3; i < flat.bytes().size(); ++i) ASSERT_EQ(flat.bytes()[i], flat.bytes()[i - 3]);
}

}  // namespace
}  // namespace spectradiff
