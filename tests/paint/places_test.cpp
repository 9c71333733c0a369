// Where one bin shows in each painter.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "levels.h"
#include "spectradiff/image/color.h"

namespace spectradiff {
namespace {

constexpr int kBins = 16, kBin = 4;

PaintSettings plain(PainterKind kind, Size size = {256, 256}) {
  PaintSettings settings;
  settings.painter = kind;
  settings.size = size;
  settings.post.blur_px = 0;
  settings.colour.gamma = 1;
  return settings;
}

std::vector<float> one_bin(float level) {
  std::vector<float> levels(kBins, 0.0f);
  levels[kBin] = level;
  return levels;
}

struct Box {
  int left = 1 << 20, top = 1 << 20, right = -1, bottom = -1;  // both included
};

Box lit(const Canvas& canvas) {
  Box box;
  for (int y = 0; y < canvas.height(); ++y)
    for (int x = 0; x < canvas.width(); ++x) {
      if (pixel(canvas, x, y) == Rgb{}) continue;
      box = {std::min(box.left, x), std::min(box.top, y), std::max(box.right, x), std::max(box.bottom, y)};
    }
  return box;
}

TEST(Polar, DrawsABinFromTwelveOClockBothWaysByItsMagnitude) {
  const Features features = features_of({one_bin(0.375f)});  // 0.375 · 60 · 4 = 90 degrees
  PaintSettings settings = plain(PainterKind::polar, {512, 512});
  settings.polar.petal_px = 0;
  settings.polar.spacing_px = 25;
  const Box box = lit(Painter(features, settings).paint(0));
  const int radius = 100, dot = 512 / kBins / 2;
  EXPECT_NEAR(box.left, 256 - radius - dot, 1);
  EXPECT_NEAR(box.right, 255 + radius + dot, 1);
  EXPECT_NEAR(box.top, 256 - radius - dot, 1);
  EXPECT_NEAR(box.bottom, 256 + dot, 3);  // the last step before 90 degrees is just above 3 o'clock
  settings.polar.mirror = false;
  EXPECT_NEAR(lit(Painter(features, settings).paint(0)).left, 256 - dot, 1);
}

TEST(Polar, HasTheOriginalsColoursOverWhite) {
  const Features features = features_of({one_bin(0.5f)});
  PaintSettings settings = plain(PainterKind::polar, {512, 512});
  settings.polar.petal_px = 0;
  settings.polar.spacing_px = 25;
  settings.polar.seed_colours = true;
  settings.colour.background = {255, 255, 255};
  const Canvas canvas = Painter(features, settings).paint(0);
  EXPECT_EQ(pixel(canvas, 256, 156), (Rgb{4 * kBin, 60, 100}));
  EXPECT_EQ(pixel(canvas, 256, 256), (Rgb{255, 255, 255}));
}

TEST(Circles, PutABinAtItsRadius) {
  const Features features = features_of({one_bin(1)});
  PaintSettings settings = plain(PainterKind::circles);
  settings.circles = {.inner_radius = 0.2, .outer_radius = 0.8, .thickness = 0.5};
  const Canvas canvas = Painter(features, settings).paint(0);
  const double radius = 128 * (0.2 + 0.6 * kBin / (kBins - 1)), half = 128 * 0.6 / (kBins - 1) / 4;
  const Rgb full = hsl_to_rgb(settings.colour.hue_start + settings.colour.hue_span * kBin / (kBins - 1),
                              settings.colour.saturation, settings.colour.lightness);
  for (const int x : {static_cast<int>(128 + radius), static_cast<int>(128 - radius)})
    EXPECT_EQ(pixel(canvas, x, 128), full);
  const Box box = lit(canvas);
  EXPECT_NEAR(box.right, 128 + radius + half, 1);
  EXPECT_NEAR(box.top, 127 - radius - half, 1);
  EXPECT_EQ(pixel(canvas, 128, 128), Rgb{});
}

TEST(Circles, AreThinnerAndDarkerWhereTheyAreQuiet) {
  const Features features = features_of({one_bin(1), one_bin(0.25f)});
  for (const auto layout : {Circles::Layout::concentric, Circles::Layout::scattered}) {
    PaintSettings settings = plain(PainterKind::circles);
    settings.circles.layout = layout;
    settings.circles.thickness = 4;
    const Painter painter(features, settings);
    const auto sum_and_lit = [&](int64_t frame) {
      const Canvas canvas = painter.paint(frame);
      int64_t pixels = 0;
      for (int y = 0; y < 256; ++y)
        for (int x = 0; x < 256; ++x) pixels += pixel(canvas, x, y) != Rgb{};
      return std::pair(*std::max_element(canvas.bytes().begin(), canvas.bytes().end()), pixels);
    };
    const auto [loud, wide] = sum_and_lit(0);
    const auto [quiet, narrow] = sum_and_lit(1);
    EXPECT_NEAR(quiet, loud / 4, 2);
    EXPECT_LT(narrow, wide * 0.7);
  }
}

// A song of 40 frames at 10 fps in which one bin sounds in frame 20 only.
Features blip() {
  std::vector<std::vector<float>> rows(40, std::vector<float>(kBins, 0.0f));
  rows[20][kBin] = 1;
  Features features = features_of(rows);
  features.settings.fps = Rational(10);
  return features;
}

TEST(Spectrogram, PutsPitchUpAndThePresentAtThePlayHead) {
  const Features features = blip();
  PaintSettings settings = plain(PainterKind::spectrogram);
  settings.spectrogram = {.seconds = 1.6, .playhead = 0.25, .playhead_px = 0, .coming = 1};
  const Painter painter(features, settings);
  for (const int64_t frame : {18, 20, 22}) {
    const Box box = lit(painter.paint(frame));
    EXPECT_NEAR((box.left + box.right + 1) / 2.0, 64 + (20 - static_cast<double>(frame)) * 16, 1) << frame;
    EXPECT_NEAR((box.top + box.bottom + 1) / 2.0, 256 - (kBin + 0.5) * 16, 1) << frame;
  }
  EXPECT_EQ(lit(painter.paint(5)).right, -1);
}

TEST(Spectrogram, DimsWhatIsStillToCome) {
  const Features features = blip();
  PaintSettings settings = plain(PainterKind::spectrogram);
  settings.spectrogram = {.seconds = 1.6, .playhead = 0.5, .playhead_px = 0, .coming = 0.5};
  const Painter painter(features, settings);
  const auto brightest = [&](int64_t frame) {
    const Canvas canvas = painter.paint(frame);
    return *std::max_element(canvas.bytes().begin(), canvas.bytes().end());
  };
  EXPECT_NEAR(brightest(16), brightest(24) / 2.0, 4);
}

TEST(Spectrogram, ShowsAMapFromItsLowestColourOn) {
  const Features features = blip();
  PaintSettings settings = plain(PainterKind::spectrogram);
  settings.colour.map = "viridis";
  settings.spectrogram.playhead_px = 0;
  settings.spectrogram.coming = 1;
  const Canvas silent = Painter(features, settings).paint(39);
  EXPECT_EQ(pixel(silent, 255, 0), (Rgb{0x44, 0x01, 0x54}));
}

TEST(ConstantQBars, RiseByLevelAboveTheirPitch) {
  const Features features = features_of({one_bin(0.5f)});
  PaintSettings settings = plain(PainterKind::showcqt);
  settings.showcqt = {.bars = 1, .fade = 0};
  const Box box = lit(Painter(features, settings).paint(0));
  EXPECT_NEAR((box.left + box.right + 1) / 2.0, (kBin + 0.5) * 16, 1);
  EXPECT_NEAR(box.top, 128, 5);
  EXPECT_EQ(box.bottom, 255);
  settings.showcqt.centred = true;
  const Box centred = lit(Painter(features, settings).paint(0));
  EXPECT_NEAR(centred.top, 64, 3);
  EXPECT_NEAR(centred.bottom, 191, 3);
}

TEST(ConstantQBars, LetThePastRunDown) {
  const Features features = blip();
  PaintSettings settings = plain(PainterKind::showcqt);
  settings.showcqt = {.bars = 0, .seconds = 1.6};
  const Painter painter(features, settings);
  const Box soon = lit(painter.paint(22)), later = lit(painter.paint(26));
  EXPECT_NEAR(soon.bottom, 3 * 16, 2);
  EXPECT_NEAR(later.bottom - soon.bottom, 4 * 16, 1);
}

TEST(Kaleidoscope, RepeatsByItsFolds) {
  const Features features = features_of({one_bin(1)});
  PaintSettings settings = plain(PainterKind::hash, {201, 201});
  settings.arrangement = {.symmetry = Arrangement::Symmetry::kaleidoscope, .folds = 4};
  const Canvas canvas = Painter(features, settings).paint(0);
  EXPECT_GT(lit(canvas).right, -1);
  for (int y = 0; y < 201; ++y)
    for (int x = 0; x < 201; ++x) {
      ASSERT_EQ(pixel(canvas, x, y), pixel(canvas, 200 - x, y));
      ASSERT_NEAR(pixel(canvas, x, y).r, pixel(canvas, y, x).r, 24) << x << ", " << y;
      ASSERT_NEAR(pixel(canvas, x, y).r, pixel(canvas, x, 200 - y).r, 24) << x << ", " << y;
    }
}

}  // namespace
}  // namespace spectradiff
