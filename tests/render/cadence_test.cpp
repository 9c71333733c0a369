#include "spectradiff/render/cadence.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "spectradiff/base/error.h"
#include "spectradiff/render/plan.h"

namespace spectradiff {
namespace {

using testing::ElementsAre;

std::vector<int64_t> made(const std::string& frames, int every) {
  RenderJob job;
  job.diffusion.every = every;
  job.selection.frames = frames;
  std::vector<int64_t> made;
  for (const Recipe& row : make_plan(job, 15000, 11000).rows) made.push_back(row.frame);  // frames 0 to 10
  return made;
}

TEST(Cadence, DiffusesEveryNthFrameOfTheSongAndItsLast) {
  EXPECT_THAT(made("", 4), ElementsAre(0, 4, 8, 10));
  EXPECT_THAT(made("", 5), ElementsAre(0, 5, 10));
  EXPECT_THAT(made("", 60), ElementsAre(0, 10));
  EXPECT_EQ(made("", 1).size(), 11U);
}

TEST(Cadence, APartOfTheSongDiffusesTheFramesAroundIt) {
  EXPECT_THAT(made("4", 4), ElementsAre(4));
  EXPECT_THAT(made("1-2", 4), ElementsAre(0, 4));
  EXPECT_THAT(made("3-5,9", 4), ElementsAre(0, 4, 8, 10));
  EXPECT_THAT(made("10", 4), ElementsAre(10));
}

TEST(Cadence, NumbersTheDiffusedFramesWithoutGaps) {
  const Cadence cadence{4, 10};
  EXPECT_THAT((std::vector{cadence.number(0), cadence.number(4), cadence.number(8), cadence.number(10)}),
              ElementsAre(0, 1, 2, 3));
  EXPECT_EQ((Cadence{1, 10}).number(7), 7);
}

TEST(Cadence, LeavesTheTimesOfFramesAndTheSoundAlone) {
  RenderJob job;
  const Plan all = make_plan(job, 44100, 100000);
  job.diffusion.every = 7;
  const Plan few = make_plan(job, 44100, 100000);
  ASSERT_EQ(few.shown.size(), all.shown.size());
  for (size_t i = 0; i < all.shown.size(); ++i) EXPECT_EQ(few.shown[i].samples, all.shown[i].samples) << i;
  EXPECT_EQ(few.sound(), all.sound());
}

TEST(HeardCadence, HoldsEveryBarAndKeepsItsNumber) {
  std::vector<int64_t> bars;
  std::vector<HeardFrame> beats;
  for (int64_t frame = 7; frame < 600; frame += 13) {
    if ((frame - 7) / 13 % 4 == 0) {
      bars.push_back(frame);
    } else {
      beats.push_back({frame, 1, false});
    }
  }
  const std::vector<int64_t> made = heard_cadence(599, 151, bars, beats);
  ASSERT_EQ(made.size(), 151u);
  EXPECT_EQ(made.front(), 0);
  EXPECT_EQ(made.back(), 599);
  EXPECT_TRUE(std::is_sorted(made.begin(), made.end()));
  EXPECT_TRUE(std::includes(made.begin(), made.end(), bars.begin(), bars.end()));
  int64_t widest = 0, on_beats = 0;
  for (size_t i = 1; i < made.size(); ++i) widest = std::max(widest, made[i] - made[i - 1]);
  for (const HeardFrame& beat : beats)
    on_beats += std::binary_search(made.begin(), made.end(), beat.frame) ? 1 : 0;
  EXPECT_LE(widest, 8);
  EXPECT_GT(on_beats, 20);
}

TEST(HeardCadence, TakesTheStrongestNearTheMiddleOfTheWidestGap) {
  EXPECT_THAT(heard_cadence(20, 3, {}, {{4, 1, false}, {9, 0.5, false}, {12, 0.9, false}}),
              ElementsAre(0, 12, 20));
  EXPECT_THAT(heard_cadence(20, 4, {}, {{12, 0.9, false}}), ElementsAre(0, 6, 12, 20));
}

TEST(HeardCadence, OfTooManyBarsSomeAreLeftOutEvenly) {
  EXPECT_THAT(heard_cadence(100, 5, {10, 20, 30, 40, 50, 60, 70}, {}), ElementsAre(0, 10, 40, 70, 100));
  EXPECT_THAT(heard_cadence(100, 2, {50}, {}), ElementsAre(0, 100));
  EXPECT_THAT(heard_cadence(3, 60, {2}, {}), ElementsAre(0, 1, 2, 3));
  EXPECT_THAT(heard_cadence(0, 1, {0}, {}), ElementsAre(0));
}

TEST(PicturesBetween, AreEvenlySpaced) {
  const auto between =
      pictures_between(Canvas({16, 16}), Canvas({16, 16}, {255, 200, 100}), 4, Interpolation::blend);
  ASSERT_EQ(between.size(), 3U);
  EXPECT_EQ(between[0].bytes(), Canvas({16, 16}, {64, 50, 25}).bytes());
  EXPECT_EQ(between[1].bytes(), Canvas({16, 16}, {128, 100, 50}).bytes());
  EXPECT_EQ(between[2].bytes(), Canvas({16, 16}, {191, 150, 75}).bytes());
}

}  // namespace
}  // namespace spectradiff
