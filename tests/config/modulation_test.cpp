#include "spectradiff/config/modulation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "spectradiff/base/error.h"
#include "spectradiff/config/options.h"
#include "spectradiff/config/settings.h"

namespace spectradiff {
namespace {

using testing::AllOf;
using testing::DoubleNear;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

// Five frames of 10 to a second, 800 Hz.
Features song() {
  Features features;
  features.settings.fps = Rational(10);
  features.sample_rate_hz = 800;
  features.samples = 400;
  features.frames = 5;
  features.series = {{"onset", "", {0, 1, 0.5f, 0.25f, 0}}, {"rms", "", {1, 2, 4, 3, 0}}};
  return features;
}

RenderJob job_of(Json values) {
  values["fps"] = 10;
  return resolve({{"test", values}}).job;
}

struct MovedPlan {
  explicit MovedPlan(const RenderJob& job) : plan(make_plan(job, 800, 400)) {
    moved = moved_options(job, song(), frames_of(plan), &notes);
    move_plan(plan, job, moved);
  }
  Plan plan;
  std::vector<MovedOption> moved;
  std::vector<std::string> notes;
};

TEST(Modulation, PutsEveryFramesValueInItsPlace) {
  const MovedPlan moved(job_of({{"blur", "10*onset"}, {"strength", "0.2 + 0.1*f"}}));
  EXPECT_THAT(moved.notes, IsEmpty());
  ASSERT_THAT(moved.moved, SizeIs(2));
  EXPECT_EQ(moved.moved[0].key, "blur");
  EXPECT_THAT(moved.moved[0].values, ElementsAre(0, 10, 5, 2.5, 0));
  const Recipe& row = moved.plan.rows[2];
  ASSERT_THAT(moved.plan.painting, SizeIs(1));
  EXPECT_THAT(row.painting, ElementsAre(5));
  PaintSettings paint;
  moved.plan.painting[0].put(paint, row.painting[0]);
  EXPECT_EQ(paint.post.blur_px, 5);
  EXPECT_EQ(row.numbers.strength, 0.4);
}

TEST(Modulation, NoiseThatMusicMovesTravelsToTheNextSeeds) {
  const MovedPlan moved(job_of({{"seed_travel", "0.5*f"}, {"seed", 7}}));
  EXPECT_THAT(moved.plan.painting, IsEmpty());
  EXPECT_EQ(moved.plan.rows[0].noise, (std::vector<WeightedSeed>{{7, 1}}));
  EXPECT_EQ(moved.plan.rows[2].noise, (std::vector<WeightedSeed>{{8, 1}}));
  ASSERT_THAT(moved.plan.rows[3].noise, SizeIs(2));
  EXPECT_EQ(moved.plan.rows[3].noise[1].seed, 9u);
}

TEST(Modulation, NothingThatMovesLeavesThePlanAlone) {
  const RenderJob job = job_of({{"blur", 3}});
  EXPECT_EQ(MovedPlan(job).plan, make_plan(job, 800, 400));
}

TEST(Modulation, BringsValuesIntoTheRangeWithOneNote) {
  const MovedPlan moved(job_of({{"strength", "2*onset - 0.1"}, {"guidance", "f"}}));
  EXPECT_THAT(moved.moved[1].values, ElementsAre(0, 1, 0.9, 0.4, 0));
  ASSERT_THAT(moved.notes, SizeIs(1));
  EXPECT_THAT(moved.notes[0], AllOf(HasSubstr("strength = 2*onset - 0.1"), HasSubstr("from -0.1 to 1.9"),
                                    HasSubstr("0..1"), HasSubstr("3 of 5 frames")));
}

TEST(Modulation, WholeNumbersAreRounded) {
  const MovedPlan moved(job_of({{"marks_per_bin", "3 + f*0.4"}}));
  EXPECT_THAT(moved.moved[0].values, ElementsAre(3, 3, 4, 4, 5));
  PaintSettings paint;
  moved.plan.painting[0].put(paint, moved.plan.rows[4].painting[0]);
  EXPECT_EQ(paint.hash.marks_per_bin, 5);
}

TEST(Modulation, RefusesWhatIsNoNumberNamingTheFrame) {
  try {
    MovedPlan(job_of({{"blur", "1/(f-3)"}}));
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::usage);
    EXPECT_THAT(error.what(), AllOf(HasSubstr("blur = 1/(f-3) is inf in frame 3 (0.3 s)")));
  }
}

TEST(Modulation, APartOfTheSongHasTheWholeSongsValues) {
  const Json values = {{"blur", "10*slow + sine(t/2)"}, {"signal", {{"slow", "rms | env 1f 3f | norm 90"}}}};
  const MovedPlan whole(job_of(values));
  for (const char* frames : {"0", "2-3", "4"}) {
    Json part = values;
    part["frames"] = frames;
    const MovedPlan shard(job_of(part));
    for (const Recipe& row : shard.plan.rows)
      EXPECT_EQ(row.painting, whole.plan.rows[static_cast<size_t>(row.frame)].painting) << row.frame;
  }
}

TEST(Modulation, EveryMovingOptionHasAPlaceInARecipe) {
  for (const Option& option : option_table()) {
    if (!option.moves) continue;
    const NumberPlace& number = *option.number;
    EXPECT_TRUE(number.put_painting != nullptr || number.put_numbers != nullptr ||
                number.put_journey != nullptr || option.key == "seed_travel" ||
                option.key == "notes_amount" || option.key == "walk_distance")
        << option.key;
  }
}

TEST(Modulation, EveryMovingOptionTakesTheEdgesOfItsRange) {
  int moving = 0;
  for (const Option& option : option_table()) {
    if (!option.moves) continue;
    ++moving;
    for (const double edge : {option.number->nearest(-1e12), option.number->nearest(1e12)}) {
      Settings settings;
      option.number->put(settings.job, edge);
      EXPECT_NO_THROW(option.set(settings, option.get(settings))) << option.key << " " << edge;
    }
  }
  EXPECT_GE(moving, 14);
}

TEST(Modulation, AsksForWhatExpressionsAndSignalsNeed) {
  FeatureRequest request;
  add_expression_needs(job_of({{"blur", "at(bass, 1beat)"}, {"signal", {{"kick", "band 40 120"}}}}), request);
  EXPECT_THAT(request.series, ElementsAre("band:40:120", "bass"));
  EXPECT_TRUE(request.beats);
}

TEST(Modulation, CurvesAreTheSignalsAndTheMovedOptionsOfTheWholeSong) {
  const std::vector<Series> curves = moved_curves(
      job_of({{"frames", "1"}, {"strength", "9*low"}, {"signal", {{"low", "rms | scale 0.1"}}}}), song());
  ASSERT_THAT(curves, SizeIs(2));
  EXPECT_EQ(curves[0].name, "low");
  EXPECT_THAT(curves[0].values, ElementsAre(0.025f, 0.05f, 0.1f, 0.075f, 0));
  EXPECT_EQ(curves[1].name, "strength");
  EXPECT_THAT(curves[1].values, ElementsAre(0.225f, 0.45f, 0.9f, 0.675f, 0));
}

}  // namespace
}  // namespace spectradiff
