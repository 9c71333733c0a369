#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "levels.h"
#include "spectradiff/base/number.h"
#include "spectradiff/image/color.h"

namespace spectradiff {
namespace {

// Plain marks: squares of one size in one hue.
PaintSettings squares(int marks, double side, Size size = {512, 512}) {
  PaintSettings settings;
  settings.size = size;
  settings.post.blur_px = 0;
  settings.hash = {
      .marks_per_bin = marks, .mark_size_px = side, .taper = 0, .shape = HashField::Shape::square};
  settings.colour = {
      .hue_start = 0.25, .hue_span = 0.5, .saturation = 1, .lightness = 0.5, .gamma = 1, .background = {}};
  return settings;
}

double lit_share(const Canvas& canvas) {
  int64_t lit = 0;
  for (int y = 0; y < canvas.height(); ++y)
    for (int x = 0; x < canvas.width(); ++x) lit += pixel(canvas, x, y) != Rgb{};
  return static_cast<double>(lit) / (static_cast<double>(canvas.width()) * canvas.height());
}

TEST(HashField, ASingleFullBinPaintsExactlyItsMarksInItsHue) {
  constexpr int kMarks = 30, kSide = 12, kBin = 2;
  const Features features = features_of({{0, 0, 1, 0, 0}});
  const Canvas canvas = Painter(features, squares(kMarks, kSide)).paint(0);

  Canvas expected({512, 512});
  const Rgb colour = hsl_to_rgb(0.25 + 0.5 * kBin / 4, 1, 0.5);
  for (uint64_t mark = 0; mark < kMarks; ++mark) {
    const uint64_t hash = splitmix64((uint64_t{kBin} << 32) + mark);
    const int left = static_cast<int>((hash >> 32) * (512 + kSide - 1) >> 32) - (kSide - 1);
    const int top = static_cast<int>((hash & 0xFFFFFFFFu) * (512 + kSide - 1) >> 32) - (kSide - 1);
    for (int y = std::max(top, 0); y < std::min(top + kSide, 512); ++y)
      for (int x = std::max(left, 0); x < std::min(left + kSide, 512); ++x) {
        expected.row(y)[x * 3] = colour.r;
        expected.row(y)[x * 3 + 1] = colour.g;
        expected.row(y)[x * 3 + 2] = colour.b;
      }
  }
  EXPECT_TRUE(canvas.bytes() == expected.bytes());
}

TEST(HashField, MarksStayPutAndOnlyBreathe) {
  const Features features = features_of({{1, 0}, {0.5, 0}});
  const Painter painter(features, squares(1, 20));
  const Canvas loud = painter.paint(0), soft = painter.paint(1);
  const Rgb full = hsl_to_rgb(0.25, 1, 0.5), half = hsl_to_rgb(0.25, 1, 0.25);
  ASSERT_GT(lit_share(loud), 0);
  for (int y = 0; y < 512; ++y)
    for (int x = 0; x < 512; ++x) {
      const bool marked = pixel(loud, x, y) == full;
      ASSERT_TRUE(marked || pixel(loud, x, y) == Rgb{});
      ASSERT_EQ(pixel(soft, x, y), marked ? half : Rgb{}) << x << ", " << y;
    }
}

TEST(HashField, MarksDriftEachAtASpeedOfItsOwnAndWrapAround) {
  const Features features = features_of({{1, 0, 0}});
  PaintSettings settings = squares(1, 20);
  const Painter painter(features, settings);
  // Where the one mark's left upper corner is.
  const auto corner = [&](double drift) {
    settings.hash.drift = drift;
    const Canvas canvas = painter.paint(settings, 0);
    for (int y = 0; y < 512; ++y)
      for (int x = 0; x < 512; ++x)
        if (pixel(canvas, x, y) != Rgb{}) return std::pair(x, y);
    return std::pair(-1, -1);
  };
  const uint64_t hash = splitmix64(0), speeds = splitmix64(hash);
  for (const double drift : {0.0, 0.25, 1.0, 7.5}) {
    const auto place = [&](uint64_t start, uint64_t speed) {
      const double moved =
          static_cast<double>(start) / 4294967296.0 + drift * (static_cast<double>(speed) - 32768) / 32768;
      return std::max(static_cast<int>(std::floor((moved - std::floor(moved)) * 531)) - 19, 0);
    };
    const auto [x, y] = corner(drift);
    EXPECT_NEAR(x, place(hash >> 32, speeds >> 48), 1) << drift;
    EXPECT_NEAR(y, place(hash & 0xFFFFFFFFu, speeds >> 32 & 0xffff), 1) << drift;
  }
  EXPECT_NE(corner(0), corner(0.25));
}

TEST(HashField, AMarkIsLaidOnceOnEveryPixelWhateverItsSize) {
  const Features features = features_of({{0.5}});
  for (int side = 1; side <= 48; ++side) {
    PaintSettings settings = squares(1, side * 4, {128, 128});  // sizes are of 512 x 512
    const Rgb half = hsl_to_rgb(0.5, 1, 0.25);
    const Canvas canvas = Painter(features, settings).paint(0);
    int marked = 0;
    for (int y = 0; y < 128; ++y)
      for (int x = 0; x < 128; ++x) {
        if (pixel(canvas, x, y) == Rgb{}) continue;
        ASSERT_EQ(pixel(canvas, x, y), half) << side << ": " << x << ", " << y;
        ++marked;
      }
    EXPECT_GT(marked, 0) << side;
    EXPECT_LE(marked, side * side) << side;
  }
}

TEST(HashField, GammaLiftsQuietBins) {
  const Features features = features_of({{0.25}});
  PaintSettings settings = squares(1, 400);
  settings.colour.gamma = 0.5;
  const Canvas canvas = Painter(features, settings).paint(0);
  EXPECT_EQ(pixel(canvas, 511, 200), hsl_to_rgb(0.5, 1, 0.25));
}

TEST(HashField, ADiscFillsPiOverFourOfItsSquare) {
  const Features features = features_of({{1}});
  PaintSettings settings = squares(1, 45);
  const Canvas square = Painter(features, settings).paint(0);
  settings.hash.shape = HashField::Shape::disc;
  const Canvas disc = Painter(features, settings).paint(0);
  EXPECT_NEAR(lit_share(disc) / lit_share(square), 0.785, 0.01);
}

TEST(HashField, TaperMakesLowBinsLargeAndHighBinsSmall) {
  const Features features = features_of({{1, 0, 0}, {0, 1, 0}, {0, 0, 1}});
  PaintSettings settings = squares(1, 20);
  settings.hash.taper = 1;
  const Painter painter(features, settings);
  EXPECT_EQ(lit_share(painter.paint(0)) * 512 * 512, 40 * 40);
  EXPECT_EQ(lit_share(painter.paint(1)) * 512 * 512, 20 * 20);
  EXPECT_EQ(lit_share(painter.paint(2)) * 512 * 512, 10 * 10);
}

TEST(HashField, CoversTheSameShareAtEverySize) {
  const Features features = features_of({{1, 1, 1, 1, 1, 1, 1, 1, 1, 1}});
  const double share = lit_share(Painter(features, squares(60, 16)).paint(0));
  ASSERT_GT(share, 0.3);
  for (const Size size : {Size{1024, 1024}, Size{1280, 720}, Size{360, 640}, Size{4096, 64}})
    EXPECT_NEAR(lit_share(Painter(features, squares(60, 16, size)).paint(0)), share, 0.06) << size.width;
}

}  // namespace
}  // namespace spectradiff
