#include "spectradiff/paint/painter.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <thread>

#include "levels.h"
#include "spectradiff/base/error.h"
#include "spectradiff/image/arrange.h"

namespace spectradiff {
namespace {

constexpr PainterKind kKinds[] = {PainterKind::hash,    PainterKind::pie,         PainterKind::polar,
                                  PainterKind::circles, PainterKind::spectrogram, PainterKind::showcqt};

PaintSettings settings_of(PainterKind kind, Size size = {512, 512}) {
  PaintSettings settings;
  settings.painter = kind;
  settings.size = size;
  settings.spectrogram.playhead_px = 0;
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
    settings.colour.background = {255, 250, 240};
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
      EXPECT_TRUE(size == Size({1, 1}) || canvas.bytes() != Canvas(size).bytes())
          << size.width << "x" << size.height;
    }
}

TEST(Painter, AppliesThePostChainToTheFinishedPicture) {
  const Features features = music();
  for (const PainterKind kind : kKinds) {
    PaintSettings settings = settings_of(kind, {128, 96});
    settings.base.kind = BaseLayer::Kind::plain;
    settings.post.blur_px = 0;
    Canvas expected = Painter(features, settings).paint(2);
    settings.post = {.blur_px = 3,
                     .greyscale = true,
                     .invert = true,
                     .autocontrast = Autocontrast::frame,
                     .equalize = true};
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
    moved.colour.hue_start += 0.3;
    const Canvas canvas = Painter(features, still).paint(moved, 2);
    EXPECT_TRUE(canvas.bytes() == Painter(features, moved).paint(2).bytes());
    EXPECT_FALSE(canvas.bytes() == Painter(features, still).paint(2).bytes());
  }
}

TEST(Painter, PaintsWithStructureThatTheMusicMoved) {
  const Features features = music();
  for (const PainterKind kind : kKinds) {
    const PaintSettings still = settings_of(kind, {128, 96});
    PaintSettings moved = still;
    moved.hash.mark_size_px = 40;
    moved.pie.span_degrees = 300;
    moved.polar.mark = 3;
    moved.circles.outer_radius = 0.5;
    moved.spectrogram.seconds = 1;
    moved.showcqt.bars = 0.8;
    const Canvas canvas = Painter(features, still).paint(moved, 2);
    EXPECT_TRUE(canvas.bytes() == Painter(features, moved).paint(2).bytes());
    EXPECT_FALSE(canvas.bytes() == Painter(features, still).paint(2).bytes());
  }
}

TEST(Painter, FoldsAKaleidoscopeAsTheMusicSays) {
  const Features features = music();
  PaintSettings still = settings_of(PainterKind::hash, {64, 48});
  still.arrangement.symmetry = Arrangement::Symmetry::kaleidoscope;
  PaintSettings moved = still;
  moved.arrangement.folds = 3;
  const Painter painter(features, still);
  const Canvas before = painter.paint(1);
  EXPECT_TRUE(painter.paint(moved, 1).bytes() == Painter(features, moved).paint(1).bytes());
  EXPECT_FALSE(painter.paint(moved, 1).bytes() == before.bytes());
  EXPECT_TRUE(painter.paint(still, 1).bytes() == before.bytes());
}

TEST(Painter, ABaseLayerLiesBelowEveryPainter) {
  const Features features = music();
  for (const PainterKind kind : kKinds) {
    PaintSettings settings = settings_of(kind, {128, 96});
    settings.base.kind = BaseLayer::Kind::plain;
    const Canvas plain = Painter(features, settings).paint(1);
    settings.base = {.kind = BaseLayer::Kind::hash, .opacity = 0};
    EXPECT_TRUE(Painter(features, settings).paint(1).bytes() == plain.bytes());
    settings.base.opacity = 1;
    EXPECT_FALSE(Painter(features, settings).paint(1).bytes() == plain.bytes());
  }
}

TEST(Painter, MirrorsTheLeftHalf) {
  const Features features = music();
  for (const PainterKind kind : kKinds)
    for (const Size size : {Size{64, 48}, Size{63, 41}}) {
      PaintSettings settings = settings_of(kind, size);
      settings.post.blur_px = 0;
      const Canvas whole = Painter(features, settings).paint(1);
      settings.arrangement.symmetry = Arrangement::Symmetry::mirror;
      const Canvas canvas = Painter(features, settings).paint(1);
      for (int y = 0; y < size.height; ++y)
        for (int x = 0; x < size.width; ++x) {
          ASSERT_EQ(pixel(canvas, x, y), pixel(canvas, size.width - 1 - x, y));
          if (2 * x < size.width) {
            ASSERT_EQ(pixel(canvas, x, y), pixel(whole, x, y));
          }
        }
    }
}

TEST(Painter, AMosaicIsTheSmallPictureFourTimesMirrored) {
  const Features features = music();
  for (const PainterKind kind : kKinds) {
    PaintSettings settings = settings_of(kind, {32, 24});
    settings.post.blur_px = 0;
    const Canvas part = Painter(features, settings).paint(1);
    settings.size = {64, 48};
    settings.arrangement.symmetry = Arrangement::Symmetry::mosaic;
    const Canvas canvas = Painter(features, settings).paint(1);
    for (int y = 0; y < 48; ++y)
      for (int x = 0; x < 64; ++x)
        ASSERT_EQ(pixel(canvas, x, y), pixel(part, std::min(x, 63 - x), std::min(y, 47 - y)));
  }
}

TEST(Painter, RotatesClockwise) {
  const Features features = music();
  for (const PainterKind kind : kKinds) {
    PaintSettings settings = settings_of(kind, {40, 24});
    settings.post.blur_px = 0;
    const Canvas upright = Painter(features, settings).paint(1);
    settings.arrangement.rotate_degrees = 90;
    settings.size = {24, 40};
    const Canvas canvas = Painter(features, settings).paint(1);
    for (int y = 0; y < 24; ++y)
      for (int x = 0; x < 40; ++x) ASSERT_EQ(pixel(canvas, 23 - y, x), pixel(upright, x, y));
  }
}

TEST(Painter, TurnsThePaintingByAnyAngleBeforeItIsMirrored) {
  const Features features = music();
  for (const PainterKind kind : kKinds) {
    PaintSettings settings = settings_of(kind, {96, 96});
    settings.post.blur_px = 0;
    const Painter painter(features, settings);
    PaintSettings moved = settings;
    moved.arrangement.turn_degrees = 90 + 360 * 7;
    const Canvas turned = painter.paint(moved, 1);
    EXPECT_EQ(turned.bytes(), rotate(painter.paint(1), 90).bytes());
    moved.arrangement.turn_degrees = 360;
    EXPECT_EQ(painter.paint(moved, 1).bytes(), painter.paint(1).bytes());
    moved.arrangement.turn_degrees = 7;
    EXPECT_NE(painter.paint(moved, 1).bytes(), painter.paint(1).bytes());

    settings.arrangement.symmetry = Arrangement::Symmetry::mirror;
    moved = settings;
    moved.arrangement.turn_degrees = 90;
    Canvas mirrored = turned.clone();
    mirror_left_half(mirrored);
    EXPECT_EQ(Painter(features, settings).paint(moved, 1).bytes(), mirrored.bytes());
  }
}

TEST(Painter, EnlargesThePaintingAboutItsMiddle) {
  const Features features = music();
  PaintSettings settings = settings_of(PainterKind::circles, {97, 97});
  settings.post.blur_px = 0;
  const Painter painter(features, settings);
  const Canvas plain = painter.paint(0);
  settings.arrangement.zoom = 2;
  const Canvas near = painter.paint(settings, 0);
  for (int y = 0; y < 97; y += 2)
    for (int x = 0; x < 97; x += 2) ASSERT_EQ(pixel(near, x, y), pixel(plain, 24 + x / 2, 24 + y / 2));
}

TEST(Painter, BlendsWithTheUnblendedPictureBefore) {
  const Features features = music();
  for (const PainterKind kind : kKinds) {
    PaintSettings settings = settings_of(kind, {40, 24});
    settings.post.blur_px = 0;
    const Painter plain(features, settings);
    const Canvas before = plain.paint(1), own = plain.paint(2);
    settings.smoothing.blend_previous = 0.25;
    const Painter blending(features, settings);
    const Canvas blended = blending.paint(2);
    for (size_t i = 0; i < blended.bytes().size(); ++i)
      ASSERT_NEAR(blended.bytes()[i], 0.75 * own.bytes()[i] + 0.25 * before.bytes()[i], 0.51);
    EXPECT_TRUE(blending.paint(0).bytes() == plain.paint(0).bytes());
  }
}

TEST(Painter, ContrastOfTheSongKeepsItsQuietFramesDark) {
  const Features features = features_of({std::vector<float>(90, 0.01f), std::vector<float>(90, 1)});
  PaintSettings settings = settings_of(PainterKind::circles, {64, 64});
  const auto brightest = [&](int64_t frame) {
    const Canvas canvas = Painter(features, settings).paint(frame);
    return *std::max_element(canvas.bytes().begin(), canvas.bytes().end());
  };
  const int quiet = brightest(0);
  settings.post.autocontrast = Autocontrast::song;
  EXPECT_EQ(brightest(1), 255);
  EXPECT_LT(brightest(0), 3 * quiet);
  settings.post.autocontrast = Autocontrast::frame;
  EXPECT_EQ(brightest(0), 255);
}

TEST(Painter, RefusesSettingsOutsideTheirRange) {
  const Features features = music();
  const std::function<void(PaintSettings&)> mistakes[] = {
      [](PaintSettings& s) { s.size = {0, 512}; },
      [](PaintSettings& s) { s.size.height = 8193; },
      [](PaintSettings& s) { s.hash.marks_per_bin = 0; },
      [](PaintSettings& s) { s.hash.mark_size_px = 0.1; },
      [](PaintSettings& s) { s.hash.taper = -1; },
      [](PaintSettings& s) { s.colour.saturation = 1.1; },
      [](PaintSettings& s) { s.colour.lightness = -0.1; },
      [](PaintSettings& s) { s.colour.gamma = 0; },
      [](PaintSettings& s) { s.colour.hue_span = 2; },
      [](PaintSettings& s) { s.pie.span_degrees = 361; },
      [](PaintSettings& s) { s.pie.inner_radius = -0.1; },
      [](PaintSettings& s) { s.pie.outer_radius = std::nan(""); },
      [](PaintSettings& s) { s.base.opacity = 1.5; },
      [](PaintSettings& s) { s.polar.petals = -1; },
      [](PaintSettings& s) { s.circles.thickness = 0; },
      [](PaintSettings& s) { s.spectrogram.playhead = 1.5; },
      [](PaintSettings& s) { s.showcqt.seconds = 0; },
      [](PaintSettings& s) { s.smoothing.blend_previous = 2; },
      [](PaintSettings& s) { s.arrangement.folds = 1; },
      [](PaintSettings& s) { s.arrangement.rotate_degrees = 45; },
      [](PaintSettings& s) { s.colour.map = "mauve"; },
      [](PaintSettings& s) { s.colour.hue_start = INFINITY; },
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
