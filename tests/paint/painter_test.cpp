#include "spectradiff/paint/painter.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <thread>

#include "levels.h"
#include "spectradiff/base/error.h"

namespace spectradiff {
namespace {

constexpr PainterKind kKinds[] = {PainterKind::hash, PainterKind::pie};

PaintSettings settings_of(PainterKind kind, Size size = {512, 512}) {
  PaintSettings settings;
  settings.painter = kind;
  settings.size = size;
  return settings;
}

// 90 bins whose levels wander from frame to frame.
Features music() {
  std::vector<std::vector<float>> rows(4, std::vector<float>(90));
  for (size_t frame = 0; frame < rows.size(); ++frame)
    for (size_t bin = 0; bin < 90; ++bin)
      rows[frame][bin] =
          static_cast<float>(std::pow(std::sin(0.37 * static_cast<double>(bin * (frame + 1))), 4));
  return features_of(rows);
}

TEST(Painter, SilencePaintsBlack) {
  const Features silence = features_of({std::vector<float>(90, 0)});
  for (const PainterKind kind : kKinds)
    EXPECT_EQ(Painter(silence, settings_of(kind)).paint(0).bytes(), Canvas({512, 512}).bytes());
}

TEST(Painter, SilencePaintsTheBackground) {
  const Features silence = features_of({std::vector<float>(90, 0)});
  for (const PainterKind kind : kKinds) {
    PaintSettings settings = settings_of(kind, {64, 48});
    settings.hash.background = {255, 250, 240};
    EXPECT_EQ(Painter(silence, settings).paint(0).bytes(), Canvas({64, 48}, {255, 250, 240}).bytes());
  }
}

TEST(Painter, GivesTheSameBytesOnTwoThreads) {
  const Features features = music();
  for (const PainterKind kind : kKinds) {
    const Painter painter(features, settings_of(kind, {256, 256}));
    std::vector<Canvas> first(4), second(4);
    const auto paint_all = [&](std::vector<Canvas>& out) {
      for (int64_t frame = 0; frame < 4; ++frame) out[frame] = painter.paint(frame);
    };
    std::thread other(paint_all, std::ref(second));
    paint_all(first);
    other.join();
    const Painter later(features, settings_of(kind, {256, 256}));
    for (int64_t frame = 0; frame < 4; ++frame) {
      EXPECT_TRUE(first[frame].bytes() == second[frame].bytes());
      EXPECT_TRUE(first[frame].bytes() == later.paint(frame).bytes());
    }
    EXPECT_FALSE(first[0].bytes() == first[1].bytes());
  }
}

TEST(Painter, PaintsAtEverySize) {
  const Features features = music();
  for (const PainterKind kind : kKinds)
    for (const Size size : {Size{16, 16}, Size{4096, 16}, Size{16, 4096}, Size{333, 77}, Size{1, 1}}) {
      const Canvas canvas = Painter(features, settings_of(kind, size)).paint(1);
      EXPECT_EQ(canvas.size(), size);
      EXPECT_NE(canvas.bytes(), Canvas(size).bytes()) << size.width << "x" << size.height;
    }
}

TEST(Painter, AppliesThePostChainToTheFinishedPicture) {
  const Features features = music();
  for (const PainterKind kind : kKinds) {
    PaintSettings settings = settings_of(kind, {128, 96});
    settings.pie.field = 0;
    settings.post.blur_px = 0;
    Canvas expected = Painter(features, settings).paint(2);
    settings.post = {.blur_px = 3, .greyscale = true, .invert = true, .autocontrast = true, .equalize = true};
    apply(settings.post, expected);
    EXPECT_TRUE(Painter(features, settings).paint(2).bytes() == expected.bytes());
  }
}

TEST(Painter, PaintsWithSettingsThatTheMusicMoved) {
  const Features features = music();
  for (const PainterKind kind : kKinds) {
    const PaintSettings still = settings_of(kind, {128, 96});
    PaintSettings moved = still;
    moved.post.blur_px = 7;
    moved.hash.hue_start += 0.3;
    const Canvas canvas = Painter(features, still).paint(moved, 2);
    EXPECT_TRUE(canvas.bytes() == Painter(features, moved).paint(2).bytes());
    EXPECT_FALSE(canvas.bytes() == Painter(features, still).paint(2).bytes());
  }
}

TEST(Painter, RefusesSettingsOutsideTheirRange) {
  const Features features = music();
  const std::function<void(PaintSettings&)> mistakes[] = {
      [](PaintSettings& s) { s.size = {0, 512}; },
      [](PaintSettings& s) { s.size.height = 8193; },
      [](PaintSettings& s) { s.hash.marks_per_bin = 0; },
      [](PaintSettings& s) { s.hash.mark_size_px = 0.1; },
      [](PaintSettings& s) { s.hash.taper = -1; },
      [](PaintSettings& s) { s.hash.saturation = 1.1; },
      [](PaintSettings& s) { s.hash.lightness = -0.1; },
      [](PaintSettings& s) { s.hash.gamma = 0; },
      [](PaintSettings& s) { s.hash.hue_span = 2; },
      [](PaintSettings& s) { s.pie.span_degrees = 361; },
      [](PaintSettings& s) { s.pie.inner_radius = -0.1; },
      [](PaintSettings& s) { s.pie.outer_radius = std::nan(""); },
      [](PaintSettings& s) { s.pie.field = 1.5; },
      [](PaintSettings& s) { s.hash.hue_start = INFINITY; },
  };
  for (size_t i = 0; i < std::size(mistakes); ++i) {
    PaintSettings settings;
    mistakes[i](settings);
    try {
      Painter(features, settings);
      ADD_FAILURE() << "mistake " << i << " was accepted";
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::usage) << i;
    }
  }
}

TEST(Painter, RefusesFramesBeyondTheSong) {
  const Features features = music();
  const Painter painter(features, {});
  EXPECT_THROW(painter.paint(-1), Error);
  EXPECT_THROW(painter.paint(4), Error);
}

}  // namespace
}  // namespace spectradiff
