#include "spectradiff/render/plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "spectradiff/base/error.h"

namespace spectradiff {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string message_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::usage);
    return error.what();
  }
  return "nothing was thrown";
}

TEST(FrameRanges, IncludeBothEndsAndJoinWithoutRepeats) {
  EXPECT_THAT(parse_frame_ranges("2-4,3-5,8", 10), ElementsAre(2, 3, 4, 5, 8));
  EXPECT_THAT(parse_frame_ranges("8-", 10), ElementsAre(8, 9));
  EXPECT_THAT(parse_frame_ranges("-1", 10), ElementsAre(0, 1));
}

TEST(FrameRanges, AreClampedToTheSongWithANote) {
  std::vector<std::string> notes;
  EXPECT_THAT(parse_frame_ranges("8-400,3", 10, &notes), ElementsAre(3, 8, 9));
  EXPECT_THAT(notes, ElementsAre(HasSubstr("10-400 is left out")));
  notes.clear();
  EXPECT_THAT(parse_frame_ranges("8-,-3,9", 10, &notes), ElementsAre(0, 1, 2, 3, 8, 9));
  EXPECT_TRUE(notes.empty());
  EXPECT_THAT(parse_frame_ranges("1,12", 10, &notes), ElementsAre(1));
  EXPECT_THAT(notes, ElementsAre(HasSubstr("; 12 is left out")));
}

TEST(FrameRanges, RefuseWhatIsNoRange) {
  EXPECT_THAT(message_of([] { parse_frame_ranges("5-2", 10); }), HasSubstr("5 comes after 2"));
  EXPECT_THAT(message_of([] { parse_frame_ranges("a", 10); }), HasSubstr("\"a\" is not a frame index"));
  EXPECT_THAT(message_of([] { parse_frame_ranges("-", 10); }), HasSubstr("is not a frame index"));
  EXPECT_THAT(message_of([] { parse_frame_ranges("1,,2", 10); }), HasSubstr("is not a frame index"));
  EXPECT_THAT(message_of([] { parse_frame_ranges("10-", 10); }), HasSubstr("0-9"));
}

TEST(Plan, KeepsTheTailAsAPartialFrame) {
  RenderJob job;
  const Plan plan = make_plan(job, 44100, 44100 + 1);
  ASSERT_EQ(plan.shown.size(), 16u);
  EXPECT_EQ(plan.shown.back().samples, (SampleRange{44100, 44101}));
  EXPECT_EQ(plan.sound_samples(), 44101);
  EXPECT_EQ(plan.sound().size(), 1u);
}

TEST(Plan, KeepsSongIndicesWhenOnlyAPartIsRendered) {
  RenderJob job;
  job.selection.start = parse_time("1s", "start");
  job.selection.duration = parse_time("3f", "duration");
  const Plan plan = make_plan(job, 44100, 441000);
  ASSERT_EQ(plan.rows.size(), 3u);
  EXPECT_EQ(plan.rows.front().frame, 15);
  EXPECT_EQ(plan.shown.front().samples.begin, 44100);
  EXPECT_EQ(plan.constants.song.frames, 150);
}

TEST(Plan, HearsOnlyTheRenderedPieces) {
  RenderJob job;
  job.selection.frames = "0-1,10";
  const Plan plan = make_plan(job, 44100, 441000);
  EXPECT_THAT(plan.sound(), ElementsAre(SampleRange{0, 5880}, SampleRange{29400, 32340}));
}

TEST(Plan, SeedsFollowTheMode) {
  RenderJob job;
  job.diffusion.seed = 7;
  const auto seed = [&](size_t row) { return make_plan(job, 8000, 8000).rows[row].noise.at(0).seed; };
  EXPECT_EQ(seed(3), 7u);
  job.diffusion.seed_mode = SeedMode::increment;
  EXPECT_EQ(seed(3), 10u);
  job.diffusion.seed_mode = SeedMode::random;
  EXPECT_NE(seed(3), seed(4));
  EXPECT_EQ(seed(3), seed(3));
}

TEST(Plan, NoiseThatTravelsLiesBetweenTwoSeeds) {
  RenderJob job;
  job.diffusion.seed = 7;
  job.diffusion.seed_travel = 2.5;
  const auto noise = make_plan(job, 8000, 8000).rows[3].noise;
  ASSERT_EQ(noise.size(), 2u);
  EXPECT_EQ(noise[0].seed, 9u);
  EXPECT_EQ(noise[1].seed, 10u);
  EXPECT_DOUBLE_EQ(noise[0].weight, std::sqrt(0.5));
  EXPECT_NEAR(noise[1].weight, std::sqrt(0.5), 1e-15);
}

TEST(Plan, ComparesAsAValue) {
  RenderJob job;
  Plan one = make_plan(job, 8000, 8000), other = make_plan(job, 8000, 8000);
  EXPECT_EQ(one, other);
  other.rows[2].numbers.strength = 0.5;
  EXPECT_NE(one, other);
}

TEST(Plan, RefusesSharesAndWeightsThatAreNone) {
  RenderJob job;
  Plan plan = make_plan(job, 8000, 8000);
  plan.constants.diffusion.emplace();
  check_rows(plan);
  plan.rows[2].prompts = {{0, 0.5}};
  EXPECT_THAT(message_of([&] { check_rows(plan); }),
              HasSubstr("the row of frame 2: the prompts' weights sum to 0.5"));
  plan.rows[2].prompts = {{1, 1}};
  EXPECT_THAT(message_of([&] { check_rows(plan); }), HasSubstr("there is no prompt 1"));
  plan.rows[2].prompts = {{0, 1}};
  plan.rows[4].noise = {{1, 1}, {2, 0.5}};
  EXPECT_THAT(message_of([&] { check_rows(plan); }), HasSubstr("the row of frame 4: the squares"));
  plan.rows[4].noise = {{1, 1}};
  plan.rows[5].frame = 4;
  EXPECT_THAT(message_of([&] { check_rows(plan); }), HasSubstr("frames ascend"));
}

std::vector<int64_t> rows_of(const Plan& plan) {
  std::vector<int64_t> frames;
  for (const Recipe& row : plan.rows) frames.push_back(row.frame);
  return frames;
}

TEST(Plan, APartKeepsTheRowsAroundItsFramesAndThoseTheyFollowFrom) {
  RenderJob job;
  const auto only = [](std::set<int64_t> frames) {
    return [=](int64_t frame) { return frames.contains(frame); };
  };
  Plan plan = make_plan(job, 8000, 8000);
  EXPECT_THAT(rows_of(part_of(plan, only({2, 9}))), ElementsAre(2, 9));
  for (size_t i : {6, 7, 8, 9}) {
    plan.rows[i].chain = 5;
    plan.rows[i].init.previous = static_cast<int64_t>(i) - 1;
  }
  const Plan part = part_of(plan, only({2, 8}));
  EXPECT_THAT(rows_of(part), ElementsAre(2, 5, 6, 7, 8));
  EXPECT_EQ(part.shown.size(), 2u);
  check_rows(part);
  job.diffusion.every = 4;
  EXPECT_THAT(rows_of(part_of(make_plan(job, 8000, 8000), only({0, 5}))), ElementsAre(0, 4, 8));
  EXPECT_TRUE(part_of(plan, only({})).rows.empty());
}

TEST(Plan, RefusesASelectionWithoutFrames) {
  RenderJob job;
  job.selection.start = parse_time("11s", "start");
  EXPECT_THAT(message_of([&] { make_plan(job, 44100, 441000); }),
              HasSubstr("start = 11s leaves no frame of this song, which lasts 10.00 s"));
  job.selection.duration = parse_time("2s", "duration");
  EXPECT_THAT(message_of([&] { make_plan(job, 44100, 441000); }),
              HasSubstr("start = 11s, duration = 2s leave no frame"));
}

}  // namespace
}  // namespace spectradiff
