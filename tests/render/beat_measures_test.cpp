#include "spectradiff/render/beat_measures.h"

#include <gmock/gmock.h>

#include <cmath>
#include <numbers>
#include <random>

namespace spectradiff {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<double> seconds_from_to(double first, double last, double step) {
  std::vector<double> seconds;
  for (int i = 0; first + i * step < last; ++i) seconds.push_back(first + i * step);
  return seconds;
}

// Events later (or earlier) than beats every half a second for a minute.
BeatScores scores_of_events_after_beats(double delay_s) {
  const std::vector<double> beats = seconds_from_to(1, 60, 0.5);
  std::vector<double> events;
  for (const double beat : beats) events.push_back(beat + delay_s);
  return beat_scores(events, beats);
}

TEST(BeatScores, AreFullWhereEveryChangeIsOnABeat) {
  const BeatScores scores = scores_of_events_after_beats(0);
  EXPECT_DOUBLE_EQ(scores.alignment, 1);
  EXPECT_DOUBLE_EQ(scores.alignment_f, 1);
  EXPECT_DOUBLE_EQ(scores.match_error_s, 0);
  EXPECT_DOUBLE_EQ(scores.hit_f, 1);
}

TEST(BeatScores, AreNothingFor200MillisecondsBesideTheBeat) {
  const BeatScores scores = scores_of_events_after_beats(0.2);
  EXPECT_NEAR(scores.alignment, std::exp(-8), 1e-9);
  EXPECT_NEAR(scores.match_error_s, 0.2, 1e-9);
  EXPECT_EQ(scores.hit_f, 0);
  EXPECT_EQ(scores_of_events_after_beats(0.07).hit, 1);
  EXPECT_EQ(scores_of_events_after_beats(-0.0701).hit, 0);
}

TEST(BeatScores, CountEventsAndBeatsApart) {
  // Every second beat has an event, and half of the events have a beat.
  const BeatScores scores = beat_scores({1, 1.7, 2, 2.7}, {1, 1.5, 2, 2.5});
  EXPECT_DOUBLE_EQ(scores.hit, 0.5);
  EXPECT_DOUBLE_EQ(scores.coverage, 0.5);
  EXPECT_NEAR(scores.alignment, (2 + 2 * std::exp(-8)) / 4, 1e-9);
}

TEST(BeatScores, MatchInOrderSoThatTheSumIsLeast) {
  // The nearest first would pair 1.0 with 0.9 and leave 3.0 for 1.1.
  EXPECT_NEAR(beat_scores({0.9, 1.1, 3.0}, {1.0, 1.2}).match_error_s, 0.1, 1e-12);
  EXPECT_NEAR(beat_scores({5.0}, {1.0, 4.0, 9.0}).match_error_s, 1, 1e-12);
  EXPECT_TRUE(std::isinf(beat_scores({}, {1.0}).match_error_s));
}

TEST(BeatMeasures, LiftAPerfectVideoOfASteadyTempoFarAboveChance) {
  const std::vector<double> beats = seconds_from_to(0.5, 240, 0.5);
  const auto measured = measure_beats(beats, beats, 0, 240);
  EXPECT_GT(measured->alignment_f.z, 10);
  EXPECT_GT(measured->match_error.z, 10);
  EXPECT_GT(measured->hit_f.z, 10);
  EXPECT_GT(measured->hit_f.excess, 0.5);
}

TEST(BeatMeasures, FindNothingButChanceInEventsAtRandom) {
  const std::vector<double> beats = seconds_from_to(0.5, 120, 0.5);
  for (const uint64_t seed : {3U, 4U, 5U}) {
    std::mt19937_64 draws(seed);
    std::vector<double> events;
    for (double at = 0; at < 120; at += 0.15 + static_cast<double>(draws() % 1000) / 2000)
      events.push_back(at);
    const auto measured = measure_beats(events, beats, 0, 120);
    EXPECT_LT(std::abs(measured->alignment_f.z), 2.5) << seed;
    EXPECT_LT(std::abs(measured->hit_f.z), 2.5) << seed;
  }
}

TEST(BeatMeasures, LeaveBeatsOutsideTheSpanOutAndAreTheSameEveryTime) {
  const auto one = measure_beats({1, 2}, {0.2, 1, 2, 9}, 0.5, 3);
  EXPECT_DOUBLE_EQ(one->scores.coverage, 1);
  const auto other = measure_beats({1, 2}, {1, 2}, 0.5, 3);
  EXPECT_EQ(one->alignment_f.z, other->alignment_f.z);
  EXPECT_FALSE(measure_beats({1}, {9}, 0, 3));
  EXPECT_FALSE(measure_beats({}, {1}, 0, 3));
}

TEST(SmoothedChange, IsAGaussianOfAThirtiethOfASecond) {
  std::vector<double> change(61, 0);
  change[30] = 1;
  const std::vector<double> smooth = smoothed_change(change, 60);  // two frames
  EXPECT_NEAR(smooth[32] / smooth[30], std::exp(-0.5), 1e-12);
  EXPECT_NEAR(smooth[30], 1 / (2 * std::sqrt(2 * std::numbers::pi)), 1e-3);
  EXPECT_NEAR(smoothed_change(std::vector<double>(9, 0.3), 15)[0], 0.3, 1e-12);
}

TEST(VisualEvents, AreMaximaThatStandOut) {
  //                                  0    1    2    3  4  5     6  7  8    9    10
  const std::vector<double> smooth = {0.1, 0.9, 0.8, 0, 0, 0.01, 0, 0, 0.5, 0.5, 0};
  EXPECT_THAT(visual_events(smooth, 15), ElementsAre(1, 8));
  EXPECT_THAT(visual_events(std::vector<double>(30, 0.4), 15), IsEmpty());
  EXPECT_THAT(visual_events({}, 15), IsEmpty());
  EXPECT_THAT(visual_events({0.9, 0.5, 0.1, 0, 0, 0, 0}, 15), IsEmpty());  // the end of what was before it
}

TEST(VisualEvents, KeepFifteenHundredthsOfASecondApart) {
  std::vector<double> smooth(60, 0);
  smooth[20] = 0.5;
  smooth[24] = 0.6;  // 4 frames of 30: 0.133 s
  smooth[40] = 0.5;
  smooth[45] = 0.6;
  EXPECT_THAT(visual_events(smooth, 30), ElementsAre(24, 40, 45));
}

TEST(OnsetLag, IsWhereBothFitBest) {
  std::mt19937_64 draws(1);
  std::vector<double> onset(200);
  for (double& value : onset) value = static_cast<double>(draws() % 1000) / 1000;
  for (const int delay : {0, 3, -4}) {
    std::vector<double> change(200, 0);
    for (int i = 0; i < 200; ++i) {
      if (i - delay >= 0 && i - delay < 200)
        change[static_cast<size_t>(i)] = onset[static_cast<size_t>(i - delay)];
    }
    const auto lag = onset_lag(change, onset, 15);
    EXPECT_EQ(lag->frames, delay);
    EXPECT_NEAR(lag->correlation, 1, 1e-9);
  }
  EXPECT_FALSE(onset_lag(std::vector<double>(9, 1), std::vector<double>(9, 0.5), 15));
  EXPECT_FALSE(onset_lag({0, 1}, {0, 1}, 15));
}

}  // namespace
}  // namespace spectradiff
