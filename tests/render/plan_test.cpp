#include "spectradiff/render/plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

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
  EXPECT_EQ(plan.sound.size(), 1u);
}

TEST(Plan, KeepsSongIndicesWhenOnlyAPartIsRendered) {
  RenderJob job;
  job.selection.start = parse_time("1s", "start");
  job.selection.duration = parse_time("3f", "duration");
  const Plan plan = make_plan(job, 44100, 441000);
  ASSERT_EQ(plan.rows.size(), 3u);
  EXPECT_EQ(plan.rows.front().frame, 15);
  EXPECT_EQ(plan.shown.front().samples.begin, 44100);
  EXPECT_EQ(plan.song_frames, 150);
}

TEST(Plan, HearsOnlyTheRenderedPieces) {
  RenderJob job;
  job.selection.frames = "0-1,10";
  const Plan plan = make_plan(job, 44100, 441000);
  EXPECT_THAT(plan.sound, ElementsAre(SampleRange{0, 5880}, SampleRange{29400, 32340}));
}

TEST(Plan, SeedsFollowTheMode) {
  RenderJob job;
  job.diffusion.seed = 7;
  EXPECT_EQ(make_plan(job, 8000, 8000).rows[3].seed, 7u);
  job.diffusion.seed_mode = SeedMode::increment;
  EXPECT_EQ(make_plan(job, 8000, 8000).rows[3].seed, 10u);
  job.diffusion.seed_mode = SeedMode::random;
  const Plan random = make_plan(job, 8000, 8000);
  EXPECT_NE(random.rows[3].seed, random.rows[4].seed);
  EXPECT_EQ(random.rows[3].seed, make_plan(job, 8000, 8000).rows[3].seed);
}

TEST(Plan, RefusesASelectionWithoutFrames) {
  RenderJob job;
  job.selection.start = parse_time("11s", "start");
  EXPECT_THAT(message_of([&] { make_plan(job, 44100, 441000); }), HasSubstr("leave no frame"));
}

}  // namespace
}  // namespace spectradiff
