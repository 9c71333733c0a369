#include "spectradiff/render/cadence.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

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
