#include "spectradiff/render/statistics.h"

#include <gtest/gtest.h>

#include <cmath>

namespace spectradiff {
namespace {

Canvas grey(int value) {
  const auto v = static_cast<uint8_t>(value);
  return Canvas({6, 4}, {v, v, v});
}

// One grey picture per value, frames numbered from `first`.
PictureStatistics statistics_of(const std::vector<int>& values, Rational fps = 15, int64_t first = 0) {
  PictureStatistics statistics(fps, static_cast<int64_t>(values.size()));
  for (size_t i = 0; i < values.size(); ++i) statistics.add(first + static_cast<int64_t>(i), grey(values[i]));
  return statistics;
}

// A picture that jumps by 10 of 255 at the given frames and holds still otherwise.
std::vector<int> jumps_at(const std::vector<size_t>& frames, size_t count) {
  std::vector<int> values(count, 100);
  for (const size_t frame : frames) {
    for (size_t i = frame; i < count; ++i) values[i] = values[frame - 1] == 100 ? 110 : 100;
  }
  return values;
}

TEST(PictureStatistics, FlickerIsTheMeanChangeAndLevelTheMeanValue) {
  const PictureStatistics statistics = statistics_of({0, 255, 255});
  EXPECT_DOUBLE_EQ(statistics.flicker(), 0.5);
  EXPECT_DOUBLE_EQ(statistics.level(), 2.0 / 3);
}

TEST(PictureStatistics, SumsOfLargePicturesDoNotOverflow) {
  PictureStatistics statistics(15, 2);
  statistics.add(0, Canvas({4096, 4096}, {0, 0, 0}));
  statistics.add(1, Canvas({4096, 4096}, {255, 255, 255}));
  EXPECT_DOUBLE_EQ(statistics.flicker(), 1);
  EXPECT_DOUBLE_EQ(statistics.level(), 0.5);
}

TEST(PictureStatistics, OfNothingAreZeroOrUnknown) {
  const PictureStatistics statistics(15, 0);
  EXPECT_EQ(statistics.flicker(), 0);
  EXPECT_EQ(statistics.level(), 0);
  EXPECT_EQ(statistics.flashes_per_s(), 0);
  EXPECT_FALSE(statistics.change_onset_correlation({}));
  EXPECT_FALSE(statistics.beat_error_s({1}));
  EXPECT_FALSE(statistics.colour_drift());
}

TEST(ChangeOnsetCorrelation, IsOneForAPictureThatChangesWithTheOnsets) {
  const std::vector<float> onsets = {0.5F, 0, 0.2F, 1, 0, 0.4F};
  std::vector<int> values = {50};
  for (size_t i = 1; i < onsets.size(); ++i)
    values.push_back(values.back() + static_cast<int>(std::lround(onsets[i] * 50)));
  EXPECT_NEAR(*statistics_of(values).change_onset_correlation(onsets), 1, 1e-6);
}

TEST(ChangeOnsetCorrelation, IsThatOfNumPy) {
  // np.corrcoef([5, 20, 10, 0, 35], [0.1, 0.9, 0.3, 0.2, 0.4])[0, 1], of the changes and onsets of frames 1
  // on
  const auto found =
      statistics_of({100, 105, 85, 95, 95, 130}).change_onset_correlation({1, 0.1F, 0.9F, 0.3F, 0.2F, 0.4F});
  EXPECT_NEAR(*found, 0.5149070, 1e-6);
}

TEST(ChangeOnsetCorrelation, IsMinusOneForAPictureThatChangesBetweenTheOnsets) {
  EXPECT_NEAR(*statistics_of({0, 9, 9, 0, 0, 9}).change_onset_correlation({0, 0, 1, 0, 1, 0}), -1, 1e-9);
}

TEST(ChangeOnsetCorrelation, IsUnknownWhereEitherDoesNotVary) {
  EXPECT_FALSE(statistics_of({7, 7, 7, 7}).change_onset_correlation({0, 1, 0, 1}));
  EXPECT_FALSE(statistics_of({0, 5, 0, 9}).change_onset_correlation({1, 1, 1, 1}));
  EXPECT_FALSE(statistics_of({0, 5, 0}).change_onset_correlation({0, 1, 0}));
}

TEST(ChangeOnsetCorrelation, LooksUpSelectedFramesByTheirPlaceInTheSong) {
  std::vector<float> onsets(40, 0.1F);
  onsets[32] = 1;
  EXPECT_NEAR(*statistics_of({10, 20, 110, 120, 130}, 15, 30).change_onset_correlation(onsets), 1, 1e-6);
}

TEST(ChangeOnsetCorrelation, LeavesCutsBetweenSelectedFramesOut) {
  PictureStatistics statistics(15, 6);
  const std::vector<float> onsets = {0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0};
  for (const auto& [frame, value] :
       std::vector<std::pair<int64_t, int>>{{0, 0}, {1, 0}, {2, 50}, {10, 255}, {11, 205}, {12, 205}})
    statistics.add(frame, grey(value));
  EXPECT_NEAR(*statistics.change_onset_correlation(onsets), 1, 1e-9);
}

// One onset, in frame 20 of 40, and pictures whose changes are `held` but for `struck` in that frame.
std::optional<double> held_change(int held, int struck) {
  std::vector<float> onsets(40, 0.1F);
  onsets[20] = 0.3F;
  std::vector<int> values = {0};
  for (int frame = 1; frame < 40; ++frame) {
    const int change = frame == 20 ? struck : held;
    values.push_back(values.back() >= 128 ? values.back() - change : values.back() + change);
  }
  return statistics_of(values, 15).held_change(onsets);
}

TEST(HeldChange, ComparesHeldFramesWithThoseAtOnsets) {
  EXPECT_NEAR(*held_change(10, 40), 0.25, 1e-9);
  EXPECT_NEAR(*held_change(10, 10), 1, 1e-9);
  EXPECT_EQ(*held_change(0, 40), 0);
}

TEST(HeldChange, LeavesHalfASecondAroundAnOnsetOut) {
  std::vector<float> onsets(40, 0);
  onsets[20] = 1;
  std::vector<int> values(40, 0);
  for (int frame = 20; frame < 27; ++frame) values[static_cast<size_t>(frame)] = frame % 2 == 0 ? 100 : 0;
  EXPECT_EQ(*statistics_of(values, 15).held_change(onsets), 0);
}

TEST(HeldChange, IsUnknownWithoutOnsetsAndWithoutHeldFrames) {
  EXPECT_FALSE(statistics_of({0, 9, 0, 9}).held_change({0, 0, 0, 0}));
  EXPECT_FALSE(statistics_of({0, 9, 0, 9}).held_change({0, 1, 0, 1}));
  EXPECT_FALSE(held_change(5, 0));
}

TEST(BeatError, IsZeroForAPictureThatChangesOnTheBeat) {
  EXPECT_NEAR(*statistics_of(jumps_at({15, 30, 45}, 60)).beat_error_s({1, 2, 3}), 0, 1e-12);
}

TEST(BeatError, IsTheTimeToTheNearestPeak) {
  // Three frames late of twenty a second.
  EXPECT_NEAR(*statistics_of(jumps_at({23, 43, 63}, 80), 20).beat_error_s({1, 2, 3}), 0.15, 1e-12);
}

TEST(BeatError, IsAtMostHalfABeat) {
  EXPECT_NEAR(*statistics_of(std::vector<int>(60, 7)).beat_error_s({1, 1.5, 2}), 0.25, 1e-12);
  EXPECT_NEAR(*statistics_of(std::vector<int>(60, 7)).beat_error_s({1}), 0.5, 1e-12);
}

TEST(BeatError, CountsTheBeatsOfTheSelectionOnly) {
  // Frames 30 to 59 are 2 s to 4 s: of five beats those at 2.2 s, met, and 3.2 s, missed by two frames.
  const auto found = statistics_of(jumps_at({3, 20}, 30), 15, 30).beat_error_s({0.2, 1.2, 2.2, 3.2, 4.2});
  EXPECT_NEAR(*found, (0 + 2.0 / 15) / 2, 1e-12);
  EXPECT_FALSE(statistics_of(jumps_at({3, 20}, 30), 15, 30).beat_error_s({0.2, 1.2, 4.2}));
}

TEST(ColourDrift, IsTheDistanceBetweenFirstAndLastTenth) {
  // Twenty frames: two black, sixteen red, two white.
  PictureStatistics statistics(15, 20);
  for (int64_t i = 0; i < 20; ++i) {
    const Rgb colour = i < 2 ? Rgb{0, 0, 0} : i < 18 ? Rgb{255, 0, 0} : Rgb{255, 255, 255};
    statistics.add(i, Canvas({8, 8}, colour));
  }
  EXPECT_NEAR(*statistics.colour_drift(), 100, 0.01);
}

TEST(ColourDrift, IsZeroWhereTheEndLooksLikeTheBeginning) {
  EXPECT_NEAR(*statistics_of({80, 200, 30, 80}).colour_drift(), 0, 1e-9);
  EXPECT_FALSE(statistics_of({80}).colour_drift());
}

}  // namespace
}  // namespace spectradiff
