#include "spectradiff/timeline/walk.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <numeric>

#include "spectradiff/timeline/easing.h"

namespace spectradiff {
namespace {

constexpr double kTurn = 2 * std::numbers::pi;

class Walk : public ::testing::Test {
 protected:
  Walk() {
    for (int frame = 0; frame < kFrames; ++frame) by_.push_back(0.2 + 0.8 * std::abs(std::sin(0.37 * frame)));
  }
  static constexpr int kFrames = 100;
  std::vector<double> by_;
  std::vector<double> distance_ = std::vector<double>(kFrames, 0.3);
  std::vector<double> beats_ = {4, 12, 20.5, 28, 36, 44, 52, 60, 68, 76, 84, 92};
  WalkSong song() const { return {by_, distance_, beats_, Rational(15)}; }
};

TEST_F(Walk, KeepsTheNoisesVariance) {
  for (const WalkKind kind : {WalkKind::circle, WalkKind::random, WalkKind::closed}) {
    for (const auto& weights : walk_weights({.kind = kind, .jitter = 0.4}, song(), 3)) {
      double variance = 0;
      for (const double weight : weights) variance += weight * weight;
      EXPECT_NEAR(variance, 1, 1e-9);
    }
  }
}

// DMV 10: angle = P · d · 2π · ease(t), t from 0 in the beat's frame to 1 in the last before the next one.
TEST_F(Walk, SnapsToItsBeginOnEveryBeat) {
  const auto angles = walk_angles({.kind = WalkKind::circle, .mode = WalkMode::snap}, song(), 1);
  for (int frame = 0; frame <= 4; ++frame) EXPECT_EQ(angles[static_cast<size_t>(frame)], 0);
  for (int i = 0; i < 8; ++i) {
    const double t = i / 7.0;
    const double ease = t < 0.5 ? 4 * t * t * t : 1 - std::pow(2 - 2 * t, 3) / 2;
    EXPECT_NEAR(angles[static_cast<size_t>(4 + i)], by_[12] * 0.3 * kTurn * ease, 1e-12) << i;
  }
  EXPECT_EQ(angles[12], 0);
}

TEST_F(Walk, TravelsWithoutAJump) {
  const auto angles = walk_angles({.kind = WalkKind::circle, .easing = "linear"}, song(), 1);
  double most = 0;
  for (size_t frame = 1; frame < angles.size(); ++frame) {
    EXPECT_GE(angles[frame], angles[frame - 1]);
    most = std::max(most, angles[frame] - angles[frame - 1]);
  }
  EXPECT_LE(most, 0.3 * kTurn / 7.5 + 1e-9);
  EXPECT_NEAR(angles[12], by_[12] * 0.3 * kTurn, 1e-12);
}

TEST_F(Walk, StepsOverHalfAndWholeNotes) {
  const auto half = walk_angles({.kind = WalkKind::circle, .mode = WalkMode::snap, .beats = 2}, song(), 1);
  EXPECT_NE(half[12], 0);
  EXPECT_EQ(half[21], 0);
  const auto whole = walk_angles({.kind = WalkKind::circle, .mode = WalkMode::snap, .beats = 4}, song(), 1);
  EXPECT_NE(whole[21], 0);
  EXPECT_EQ(whole[36], 0);
}

// DMV 2: two half turns where the level is 1.
TEST_F(Walk, StandsWhereTheLevelSays) {
  distance_.assign(kFrames, 2);
  const auto weights = walk_weights({.kind = WalkKind::circle, .mode = WalkMode::level}, song(), 1);
  for (size_t frame = 0; frame < weights.size(); ++frame) {
    EXPECT_NEAR(weights[frame][0], std::cos(std::numbers::pi * 2 * by_[frame]), 1e-12);
    EXPECT_NEAR(weights[frame][1], std::sin(std::numbers::pi * 2 * by_[frame]), 1e-12);
  }
}

TEST_F(Walk, ThatIsClosedEndsWhereItBegan) {
  const WalkSettings settings{.kind = WalkKind::closed, .turns = 2};
  const std::vector<double>& by = by_;
  const auto angles = walk_angles(settings, song(), 1);
  // What a frame behind the last one would have.
  const double total = std::accumulate(by.begin(), by.end(), 0.0);
  EXPECT_EQ(angles.front(), 0);
  EXPECT_NEAR(angles.back() + 2 * kTurn * by.back() / total, 2 * kTurn, 1e-12);
}

TEST_F(Walk, GoesNoFasterThanItsLimit) {
  for (const WalkMode mode : {WalkMode::snap, WalkMode::travel, WalkMode::level}) {
    const auto angles = walk_angles({.kind = WalkKind::circle, .mode = mode, .limit = 0.5}, song(), 1);
    for (size_t frame = 1; frame < angles.size(); ++frame)
      EXPECT_LE(std::abs(angles[frame] - angles[frame - 1]), 0.5 * kTurn / 15 + 1e-12);
  }
}

TEST_F(Walk, AtRandomFollowsFromItsSeedAlone) {
  const WalkSettings settings{.kind = WalkKind::random, .jitter = 0.5};
  EXPECT_EQ(walk_weights(settings, song(), 3), walk_weights(settings, song(), 3));
  EXPECT_NE(walk_weights(settings, song(), 3), walk_weights(settings, song(), 4));
  const auto weights = walk_weights(settings, song(), 3);
  for (size_t frame = 1; frame < weights.size(); ++frame) {
    double cosine = 0;
    for (size_t i = 0; i < weights[frame].size(); ++i) cosine += weights[frame][i] * weights[frame - 1][i];
    EXPECT_GT(cosine, 0.6) << frame;
  }
}

TEST(Easing, GoesFromZeroToOne) {
  for (const std::string& name : easing_names()) {
    EXPECT_EQ(eased(name, 0), 0) << name;
    EXPECT_EQ(eased(name, 1), 1) << name;
    EXPECT_NEAR(eased(name, 1e-9), 0, 2e-3) << name;
    EXPECT_NEAR(eased(name, 1 - 1e-9), 1, 2e-3) << name;
  }
  EXPECT_NEAR(eased("cubic-in-out", 0.25), 4 * 0.25 * 0.25 * 0.25, 1e-12);
  EXPECT_NEAR(eased("quad-out", 0.25), 1 - 0.75 * 0.75, 1e-12);
}

}  // namespace
}  // namespace spectradiff
