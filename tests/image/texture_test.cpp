#include "spectradiff/image/texture.h"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <sstream>
#include <string>

namespace spectradiff {
namespace {

TEST(Sharpen, EqualsOpenCvsUnsharpMaskWithinOneValue) {
  std::ifstream file(SPECTRADIFF_TEST_DATA "/sharpen.txt");
  int cases = 0;
  for (std::string line; std::getline(file, line); ++cases) {
    std::istringstream numbers(line);
    double width = 0, height = 0, amount = 0;
    numbers >> width >> height >> amount;
    Canvas picture({static_cast<int>(width), static_cast<int>(height)});
    for (int y = 0; y < picture.height(); ++y) {
      for (int x = 0; x < picture.width(); ++x)
        picture.row(y)[3 * x] = static_cast<uint8_t>(10 + (x * x + 2 * x * y) / 8 + 5 * y);
    }
    sharpen(picture, amount);
    for (size_t i = 0; i < picture.bytes().size(); i += 3) {
      int expected = -1;
      numbers >> expected;
      EXPECT_NEAR(picture.bytes()[i], expected, 1) << i << " at " << amount;
    }
  }
  EXPECT_EQ(cases, 3);
}

struct Spread {
  double mean = 0, deviation = 0;
};

Spread spread_of(const Canvas& picture) {
  Spread spread;
  const auto count = static_cast<double>(picture.bytes().size());
  for (const uint8_t value : picture.bytes()) spread.mean += value / count;
  for (const uint8_t value : picture.bytes())
    spread.deviation += (value - spread.mean) * (value - spread.mean) / count;
  spread.deviation = std::sqrt(spread.deviation);
  return spread;
}

Canvas stripes() {
  Canvas picture({128, 96});
  for (size_t i = 0; i < picture.bytes().size(); ++i) picture.bytes()[i] = i / 3 % 2 == 0 ? 90 : 170;
  return picture;
}

TEST(AddNoise, KeepsBrightnessAndContrast) {
  Canvas picture = stripes();
  const Spread before = spread_of(picture);
  add_noise(picture, 0.08, 42);
  const Spread after = spread_of(picture);
  EXPECT_NEAR(after.mean, before.mean, 0.5);
  EXPECT_NEAR(after.deviation, before.deviation, 0.5);
}

TEST(AddNoise, HasTheDeviationThatIsAskedForAndNoOtherMean) {
  Canvas grey({128, 96}, {128, 128, 128});
  add_noise(grey, 0.1, 1);
  EXPECT_NEAR(spread_of(grey).mean, 128, 0.5);
  EXPECT_NEAR(spread_of(grey).deviation, 25.5, 0.5);
}

TEST(AddNoise, FollowsFromTheSeedAlone) {
  const auto noisy = [](double amount, uint64_t seed) {
    Canvas picture = stripes();
    add_noise(picture, amount, seed);
    return picture.bytes();
  };
  EXPECT_EQ(noisy(0.1, 7), noisy(0.1, 7));
  EXPECT_NE(noisy(0.1, 7), noisy(0.1, 8));
  EXPECT_EQ(noisy(0, 7), stripes().bytes());
}

}  // namespace
}  // namespace spectradiff
