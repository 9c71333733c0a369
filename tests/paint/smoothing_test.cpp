#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "levels.h"

namespace spectradiff {
namespace {

// Of the only bin's square: its smoothed level.
int brightness(const Painter& painter, int64_t frame) {
  const Canvas canvas = painter.paint(frame);
  return *std::max_element(canvas.bytes().begin(), canvas.bytes().end());
}

PaintSettings one_white_square(const char* attack, const char* release) {
  PaintSettings settings;
  settings.size = {64, 16};
  settings.post.blur_px = 0;
  settings.hash = {.marks_per_bin = 1, .mark_size_px = 512, .taper = 0, .shape = HashField::Shape::square};
  settings.colour = {.saturation = 0, .lightness = 1, .gamma = 1};
  settings.smoothing = {.attack = parse_time(attack, "attack"), .release = parse_time(release, "release")};
  return settings;
}

Features step_up_and_down() {
  Features features = features_of({{0}, {1}, {1}, {1}, {0}, {0}, {0}});
  features.settings.fps = Rational(10);
  features.sample_rate_hz = 8000;
  return features;
}

TEST(Smoothing, FallsToAnEthInTheReleaseTime) {
  const Features features = step_up_and_down();
  const Painter painter(features, one_white_square("0", "2f"));
  EXPECT_EQ(brightness(painter, 0), 0);
  EXPECT_EQ(brightness(painter, 1), 255);
  EXPECT_EQ(brightness(painter, 3), 255);
  EXPECT_NEAR(brightness(painter, 5), 255 / std::exp(1.0), 1);
  EXPECT_NEAR(brightness(painter, 6), 255 / std::exp(1.5), 1);
}

TEST(Smoothing, RisesAllButAnEthInTheAttackTime) {
  const Features features = step_up_and_down();
  const Painter painter(features, one_white_square("200ms", "0"));
  EXPECT_EQ(brightness(painter, 0), 0);
  EXPECT_NEAR(brightness(painter, 2), 255 * (1 - std::exp(-1.0)), 1);
  EXPECT_EQ(brightness(painter, 4), 0);
}

TEST(Smoothing, BeginsWithWhatTheSongBeginsWith) {
  Features features = features_of({{1}, {1}});
  features.settings.fps = Rational(10);
  features.sample_rate_hz = 8000;
  EXPECT_EQ(brightness(Painter(features, one_white_square("1", "1")), 0), 255);
}

}  // namespace
}  // namespace spectradiff
