#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <numbers>
#include <sstream>
#include <string>

#include "levels.h"

namespace spectradiff {
namespace {

// White slices on black, radius and brightness proportional to the level, nothing below.
PaintSettings white_pie(Size size, double span, double inner, double outer) {
  PaintSettings settings;
  settings.painter = PainterKind::pie;
  settings.size = size;
  settings.colour.saturation = 0;
  settings.colour.lightness = 1;
  settings.colour.gamma = 1;
  settings.post.blur_px = 0;
  settings.pie = {.span_degrees = span, .inner_radius = inner, .outer_radius = outer};
  settings.base.kind = BaseLayer::Kind::plain;
  return settings;
}

// At `degrees` (0 is 3 o'clock, clockwise) and `radius` pixels from the middle of a square picture.
uint8_t at(const Canvas& canvas, double degrees, double radius) {
  const double angle = degrees * std::numbers::pi / 180, middle = canvas.width() / 2.0;
  return pixel(canvas, static_cast<int>(middle + radius * std::cos(angle)),
               static_cast<int>(middle + radius * std::sin(angle)))
      .r;
}

TEST(Pie, FollowsPillowsPieslice) {
  std::ifstream file(SPECTRADIFF_TEST_DATA "/pieslices.bin", std::ios::binary);
  std::string line;
  int cases = 0;
  while (std::getline(file, line)) {
    std::istringstream words(line);
    Size size;
    double span = 0;
    int bins = 0;
    words >> size.width >> size.height >> span >> bins;
    std::vector<float> levels(bins);
    for (float& level : levels) words >> level, level /= 36;
    std::vector<uint8_t> expected(static_cast<size_t>(size.width) * size.height);
    file.read(reinterpret_cast<char*>(expected.data()), static_cast<std::streamsize>(expected.size()));
    ASSERT_TRUE(file) << line;
    ++cases;

    const Features features = features_of({levels});
    const Canvas canvas = Painter(features, white_pie(size, span, 0.25, 1)).paint(0);
    double difference = 0;
    int64_t far = 0;  // pixels that no anti-aliasing explains
    for (int y = 0; y < size.height; ++y)
      for (int x = 0; x < size.width; ++x) {
        const int here = pixel(canvas, x, y).r;
        int nearest = 255;
        for (int dy = -1; dy <= 1; ++dy)
          for (int dx = -1; dx <= 1; ++dx) {
            const int nx = std::clamp(x + dx, 0, size.width - 1), ny = std::clamp(y + dy, 0, size.height - 1);
            nearest = std::min(nearest, std::abs(here - expected[static_cast<size_t>(ny) * size.width + nx]));
          }
        far += nearest > 130;
        difference += std::abs(here - expected[static_cast<size_t>(y) * size.width + x]);
      }
    difference /= static_cast<double>(expected.size());
    EXPECT_LT(difference, 3.2) << line;
    EXPECT_EQ(far, 0) << line;
  }
  EXPECT_EQ(cases, 5);
}

TEST(Pie, TheFirstSliceBeginsAtTwelveAndTheyGoClockwise) {
  for (int bin = 0; bin < 4; ++bin) {
    std::vector<float> levels(4, 0);
    levels[bin] = 1;
    const Features features = features_of({levels});
    const Canvas canvas = Painter(features, white_pie({200, 200}, 360, 0, 1)).paint(0);
    for (int quarter = 0; quarter < 4; ++quarter)
      for (const double inside : {2.0, 45.0, 88.0})
        EXPECT_EQ(at(canvas, quarter * 90 - 90 + inside, 80), quarter == bin ? 255 : 0)
            << bin << ", " << quarter;
  }
}

TEST(Pie, AHalfPieFillsTheRightHalf) {
  const Features features = features_of({std::vector<float>(10, 1)});
  const Canvas canvas = Painter(features, white_pie({101, 101}, 180, 0.1, 0.9)).paint(0);
  EXPECT_EQ(at(canvas, -88, 40), 255);
  EXPECT_EQ(at(canvas, 88, 40), 255);
  EXPECT_EQ(at(canvas, -92, 40), 0);
  EXPECT_EQ(at(canvas, 92, 40), 0);
  EXPECT_EQ(at(canvas, 180, 3), 0);
}

TEST(Pie, RadiusGrowsWithLevelFromInnerToOuter) {
  const Features features = features_of({{0.5}, {1}});
  const Painter painter(features, white_pie({200, 200}, 360, 0.2, 0.8));
  const Canvas half = painter.paint(0), full = painter.paint(1);
  for (const double degrees : {0.0, 90.0, 180.0, 270.0, 45.0}) {
    EXPECT_NEAR(at(half, degrees, 48), 128, 1);
    EXPECT_EQ(at(half, degrees, 52), 0);
    EXPECT_EQ(at(full, degrees, 78), 255);
    EXPECT_EQ(at(full, degrees, 82), 0);
  }
}

TEST(Pie, NoBackgroundShinesThroughBetweenSlices) {
  const Features features = features_of({std::vector<float>(90, 1)});
  PaintSettings settings = white_pie({200, 200}, 360, 0, 1);
  settings.colour.lightness = 0.4;
  settings.colour.background = {255, 255, 255};
  const Canvas canvas = Painter(features, settings).paint(0);
  for (int y = 0; y < 200; ++y)
    for (int x = 0; x < 200; ++x) {
      if (std::hypot(x + 0.5 - 100, y + 0.5 - 100) > 98) continue;
      ASSERT_NEAR(pixel(canvas, x, y).g, 102, 12) << x << ", " << y;
    }
}

TEST(Pie, LiesOverTheBlurredHashField) {
  const Features features = features_of({{1, 0.2, 0.7}});
  PaintSettings settings;
  settings.size = {160, 120};
  settings.post.blur_px = 3;
  Canvas expected = Painter(features, settings).paint(0);
  gaussian_blur(expected, 3);
  settings.painter = PainterKind::pie;
  settings.pie = {.span_degrees = 180, .inner_radius = 0, .outer_radius = 0};
  settings.base = {.kind = BaseLayer::Kind::hash, .opacity = 1};
  EXPECT_TRUE(Painter(features, settings).paint(0).bytes() == expected.bytes());
}

TEST(Pie, ADimmedFieldIsDarkerThanTheWholeOne) {
  const Features features = features_of({{1, 1, 1}});
  PaintSettings settings = white_pie({100, 100}, 180, 0, 0);
  settings.base.kind = BaseLayer::Kind::hash;
  const auto sum = [&](double field) {
    settings.base.opacity = field;
    int64_t total = 0;
    const Canvas canvas = Painter(features, settings).paint(0);
    for (const uint8_t byte : canvas.bytes()) total += byte;
    return total;
  };
  EXPECT_EQ(sum(0), 0);
  EXPECT_LT(sum(0.5), sum(1));
  EXPECT_GT(sum(0.5), 0);
}

}  // namespace
}  // namespace spectradiff
