#include "spectradiff/config/frame_keys.h"

#include <gtest/gtest.h>

#include <set>

#include "plan_fixture.h"

namespace spectradiff {
namespace {

// Which rows' keys a change touches.
std::set<size_t> changed(const RenderJob& job, const std::function<void(Plan&)>& change) {
  Plan plan = plan_of(job);
  const auto before = frame_keys(plan);
  change(plan);
  const auto after = frame_keys(plan);
  std::set<size_t> rows;
  for (size_t i = 0; i < before.size(); ++i) {
    if (before[i] != after[i]) rows.insert(i);
  }
  return rows;
}

TEST(FrameKeys, EveryFrameHasItsOwn) {
  const auto keys = frame_keys(plan_of(planned_job()));
  EXPECT_EQ(std::set(keys.begin(), keys.end()).size(), keys.size());
  EXPECT_EQ(keys, frame_keys(plan_of(planned_job())));
  EXPECT_EQ(keys[0].size(), 64u);
}

TEST(FrameKeys, TheEncoderChangesNone) {
  const auto of_video = [](Plan& plan) {
    plan.constants.video.codec = "vp9";
    plan.constants.video.crf = 30;
    plan.constants.video.size = {128, 64};
    plan.constants.video.flash_limit = 3;
  };
  EXPECT_TRUE(changed(planned_job(), of_video).empty());
}

TEST(FrameKeys, WhatDiffusesChangesAllOfADiffusionAndNoneOfAPainting) {
  RenderJob painted = planned_job();
  painted.diffusion.enabled = false;
  EXPECT_EQ(changed(planned_job(), [](Plan& plan) { plan.constants.diffusion->threads = 3; }).size(), 30u);
  EXPECT_EQ(
      changed(planned_job(), [](Plan& plan) { plan.constants.diffusion->model_sha256[0] = 'c'; }).size(),
      30u);
  EXPECT_TRUE(changed(painted, [](Plan& plan) { plan.rows[3].numbers.strength = 0.1; }).empty());
  EXPECT_TRUE(changed(painted, [](Plan& plan) { plan.constants.files["control_image"] = "x"; }).empty());
}

TEST(FrameKeys, ContentOfWhatIsReadChangesAllButThatOfWhatOnlyMakesRows) {
  EXPECT_EQ(changed(planned_job(), [](Plan& plan) { plan.constants.song.sha256[0] = 'c'; }).size(), 30u);
  EXPECT_EQ(changed(planned_job(), [](Plan& plan) { plan.constants.files["image"] = "x"; }).size(), 30u);
  EXPECT_TRUE(changed(planned_job(), [](Plan& plan) { plan.constants.files["beats"] = "x"; }).empty());
}

TEST(FrameKeys, WithAStemTheSongThatIsHeardChangesNone) {
  const auto with_stem = [](Plan& plan) { plan.constants.files["analysis_audio"] = "stem"; };
  Plan one = plan_of(planned_job()), other = plan_of(planned_job());
  with_stem(one);
  with_stem(other);
  other.constants.song.sha256[0] = 'c';
  EXPECT_EQ(frame_keys(one), frame_keys(other));
}

TEST(FrameKeys, ARowChangesItsOwn) {
  EXPECT_EQ(changed(planned_job(), [](Plan& plan) { plan.rows[3].numbers.strength = 0.1; }),
            std::set<size_t>{3});
  EXPECT_EQ(changed(planned_job(), [](Plan& plan) { plan.rows[3].noise = {{7, 1}}; }), std::set<size_t>{3});
  const auto another_prompt = [](Plan& plan) {
    plan.prompts.push_back({"a lake", ""});
    for (size_t i : {5, 6, 7}) plan.rows[i].prompts = {{1, 1}};
  };
  EXPECT_EQ(changed(planned_job(), another_prompt), (std::set<size_t>{5, 6, 7}));
}

TEST(FrameKeys, ANumberThatMusicMovesNowhereChangesNone) {
  const RenderJob job = planned_job();
  const auto moved = [&](Plan& plan) {
    MovedOption blur{"blur", std::vector<double>(plan.rows.size(), job.paint.post.blur_px)};
    blur.values[9] += 1;
    move_plan(plan, job, {blur});
  };
  EXPECT_EQ(changed(job, moved), std::set<size_t>{9});
}

TEST(FrameKeys, APlaceOfTheCameraChangesItsOwn) {
  EXPECT_EQ(changed(planned_job(), [](Plan& plan) { plan.rows[3].view = {1.5, 0, 0, 0}; }),
            std::set<size_t>{3});
}

TEST(FrameKeys, APaintingChangesThoseThatItsTrailLeadsTo) {
  const auto keys = [](double value, bool alone) {
    Plan plan = plan_of(planned_job());
    MovedOption zoom{"mesh_zoom", std::vector<double>(plan.rows.size(), 1)};
    zoom.values[9] = value;
    move_plan(plan, planned_job(), {zoom});
    plan.trails = {0, 20};
    if (alone) plan = part_of(std::move(plan), [](int64_t frame) { return frame == 15; });
    return frame_keys(plan);
  };
  const auto before = keys(1.5, false), after = keys(2, false);
  for (size_t i = 0; i < 30; ++i) EXPECT_EQ(before[i] != after[i], i >= 9 && i < 20) << i;
  EXPECT_EQ(keys(1.5, true), std::vector<FrameKey>{before[15]});
}

TEST(FrameKeys, AFrameOfAChainChangesThoseThatFollowFromIt) {
  const auto chained = [](Plan& plan) {
    for (size_t i = 4; i < 8; ++i) {
      plan.rows[i].chain = 3;
      plan.rows[i].init.previous = static_cast<int64_t>(i) - 1;
    }
  };
  Plan plan = plan_of(planned_job());
  chained(plan);
  const auto before = frame_keys(plan);
  plan.rows[5].numbers.strength = 0.1;
  const auto after = frame_keys(plan);
  for (size_t i = 0; i < 30; ++i) EXPECT_EQ(before[i] != after[i], i >= 5 && i < 8) << i;
}

TEST(FrameKeys, AFrameThatGivesItsColoursChangesThoseThatTakeThem) {
  Plan plan = plan_of(planned_job());
  for (size_t i = 3; i < 8; ++i) {
    plan.rows[i].chain = 3;
    if (i > 3) plan.rows[i].init.previous = static_cast<int64_t>(i) - 1;
  }
  const auto before = frame_keys(plan);
  plan.rows[6].init.colours_of = 3;
  const auto of_3 = frame_keys(plan);
  plan.rows[6].init.colours_of = 4;
  const auto of_4 = frame_keys(plan);
  for (size_t i = 0; i < 30; ++i) {
    EXPECT_EQ(before[i] != of_3[i], i == 6 || i == 7) << i;
    EXPECT_EQ(of_4[i] != of_3[i], i == 6 || i == 7) << i;
  }
}

TEST(FrameKeys, ASlotIsPartOfADiffusedPicture) {
  EXPECT_EQ(changed(planned_job(), [](Plan& plan) { plan.rows[3].chain += 1; }), std::set<size_t>{3});
  EXPECT_TRUE(changed(planned_job(), [](Plan& plan) { plan.rows[3].chain += 4; }).empty());
}

TEST(ShownKeys, FollowTheRowsAroundThemAndTheSizeAndTheLimitOfFlashes) {
  RenderJob job = planned_job();
  job.diffusion.every = 4;
  const auto touched = [&](const std::function<void(Plan&)>& prepare,
                           const std::function<void(Plan&)>& change) {
    Plan plan = plan_of(job);
    prepare(plan);
    const auto before = shown_keys(plan);
    change(plan);
    const auto after = shown_keys(plan);
    std::set<size_t> frames;
    for (size_t i = 0; i < before.size(); ++i) {
      if (before[i] != after[i]) frames.insert(i);
    }
    return frames;
  };
  const auto nothing = [](Plan&) {};
  const auto row_of_8 = [](Plan& plan) { plan.rows[2].numbers.strength = 0.1; };
  EXPECT_EQ(touched(nothing, row_of_8), (std::set<size_t>{5, 6, 7, 8, 9, 10, 11}));
  EXPECT_EQ(touched(nothing, [](Plan& plan) { plan.constants.video.size = {128, 64}; }).size(), 30u);
  EXPECT_TRUE(touched(nothing, [](Plan& plan) { plan.constants.video.crf = 30; }).empty());
  const auto limited = [](Plan& plan) { plan.constants.video.flash_limit = 3; };
  EXPECT_EQ(touched(limited, row_of_8).size(), 25u);
}

// A plan whose rows 4 to 6 see one anchor and 7 another.
void see_anchors(Plan& plan) {
  plan.anchors = {plain_row(planned_job().diffusion, 5, 5), plain_row(planned_job().diffusion, 9, 9)};
  for (size_t i : {4, 5, 6, 7}) {
    plan.rows[i].anchor = i < 7 ? 5 : 9;
    plan.rows[i].numbers.coherence = 0.5;
  }
}

TEST(FrameKeys, AnAnchorChangesTheFramesThatSeeIt) {
  EXPECT_EQ(changed(planned_job(), see_anchors), (std::set<size_t>{4, 5, 6, 7}));
  const auto changed_by = [](const std::function<void(Plan&)>& change) {
    Plan plan = plan_of(planned_job());
    see_anchors(plan);
    const auto before = frame_keys(plan);
    change(plan);
    const auto after = frame_keys(plan);
    std::set<size_t> rows;
    for (size_t i = 0; i < before.size(); ++i)
      if (before[i] != after[i]) rows.insert(i);
    return rows;
  };
  EXPECT_EQ(changed_by([](Plan& plan) { plan.anchors[0].numbers.strength = 0.1; }),
            (std::set<size_t>{4, 5, 6}));
  EXPECT_EQ(changed_by([](Plan& plan) { plan.rows[7].numbers.coherence = 0.25; }), (std::set<size_t>{7}));
  EXPECT_EQ(changed_by([](Plan& plan) { plan.rows[4].anchor = 9; }), (std::set<size_t>{4}));
  EXPECT_EQ(changed_by([](Plan& plan) { plan.constants.files["reference"] = "x"; }).size(), 30u);
}

}  // namespace
}  // namespace spectradiff
