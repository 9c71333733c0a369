#include "spectradiff/config/plan_file.h"

#include <gtest/gtest.h>

#include "expect_error.h"
#include "plan_fixture.h"
#include "temporary_folder.h"

namespace spectradiff {
namespace {

std::string text_of(const Plan& plan) {
  std::string text;
  write_plan(plan, {}, [&](std::string_view piece) { text += piece; });
  return text;
}

struct Reading {
  TemporaryFolder folder;
  Plan read(const std::string& text, const RenderJob& job) {
    const auto file = folder.path() / "plan.jsonl";
    write_file(file, text, true);
    Plan plan = plan_of(job);
    take_rows(read_plan(file), plan);
    return plan;
  }
};

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

TEST(PlanFile, APrintedPlanReadsBackAsTheSameValue) {
  for (const bool diffusion : {true, false}) {
    RenderJob job = planned_job();
    job.diffusion.enabled = diffusion;
    Plan plan = plan_of(job);
    if (!diffusion) job.expressions = {{"blur", "1"}};
    move(plan, job);
    if (!diffusion) {
      for (Recipe& row : plan.rows) {
        row.numbers = {};
        row.noise = {{}};
      }
      plan.prompts.clear();
    }
    if (diffusion) {
      plan.prompts.push_back({"a \"city\"\nat night", "fog"});
      plan.rows[4].prompts = {{0, 0.25}, {1, 0.75}};
      plan.rows[4].along_arc = true;
      plan.rows[6].chain = plan.rows[5].chain;
      plan.rows[6].init = {5, {1.02, -3, 0.01, 0.5, 0.25, 1.5}, 0.3, false, Border::wrap, 5, 0.5, 0.25};
      plan.rows[7].init.from_noise = true;
      plan.rows[7].view = {1.5, -20, 0.25, -0.75};
      plan.rows[7].border = Border::replicate;
      plan.prompts.push_back({"blue light", ""});
      plan.rows[8].arcs = {{2, 0.5, 0.25}};
      plan.rows[8].sound = {{SoundFeature::mfcc, {2940, 5880}, true, 0.25},
                            {SoundFeature::fft, {0, 2940}, false, 0.75}};
      plan.rows[8].numbers.text_strength = 200;
      plan.rows[8].numbers.rms_embedding = 0.8;
      plan.rows[10].anchor = 3;
      plan.rows[10].numbers.coherence = 0.5;
      plan.anchors = {plain_row(job.diffusion, 3, 3), plain_row(job.diffusion, 12, 12)};
      plan.anchors[0].numbers.strength = 0.9;
      plan.anchors[0].prompts = {{1, 1}};
      plan.anchors[1].painting = plan.anchors[0].painting = plan.rows[0].painting;
      plan.rows[9].bends = {{LatentBend::Kind::gain, {1, 1.5}}, {LatentBend::Kind::add, {0.25}}};
    }
    EXPECT_EQ(Reading().read(text_of(plan), job), plan);
  }
}

TEST(PlanFile, FramesBetweenOthersAndPartsOfASongReadBack) {
  RenderJob job = planned_job();
  job.diffusion.every = 4;
  job.selection.frames = "3-9,20";
  const Plan plan = plan_of(job);
  const std::string text = text_of(plan);
  EXPECT_NE(text.find(R"("between":[4,8])"), std::string::npos);
  EXPECT_NE(text.find(R"("shown":false)"), std::string::npos);
  EXPECT_EQ(Reading().read(text, job), plan);
}

TEST(PlanFile, NothingInItIsLeftOpen) {
  RenderJob job = planned_job();
  for (const PainterKind painter : {PainterKind::pie, PainterKind::spectrogram, PainterKind::showcqt}) {
    job.paint.painter = painter;
    EXPECT_EQ(text_of(plan_of(job)).find("\"auto\""), std::string::npos)
        << text_of(plan_of(job)).substr(0, 4000);
  }
}

TEST(PlanFile, AnEditedValueIsTaken) {
  const RenderJob job = planned_job();
  const Plan plan = plan_of(job);
  const std::string text = replaced(text_of(plan), "\"strength\":0.75", "\"strength\":0.5,\"blur\":7.5");
  const Plan edited = Reading().read(text, job);
  EXPECT_EQ(edited.rows[0].numbers.strength, 0.5);
  EXPECT_EQ(edited.rows[1].numbers.strength, 0.75);
  ASSERT_EQ(edited.painting.size(), 1u);
  EXPECT_EQ(edited.rows[0].painting[0], 7.5);
  EXPECT_EQ(edited.rows[1].painting[0], job.paint.post.blur_px);
}

TEST(PlanFile, WhatIsWrongIsToldByLineFrameAndKey) {
  const RenderJob job = planned_job();
  const std::string text = text_of(plan_of(job));
  const auto refused = [&](const std::string& from, const std::string& to, const std::string& words) {
    EXPECT_ERROR(Reading().read(replaced(text, from, to), job), ErrorKind::usage, words);
  };
  refused("\"strength\":0.75", "\"strength\":1.4", "line 2 (frame 0): strength = 1.4 is outside 0..1");
  refused("\"strength\":0.75", "\"strength\":\"x\"", "line 2 (frame 0)");
  refused("\"chain\":1,", "\"chain\":1,\"blurr\":3,", "did you mean 'blur'");
  refused("\"guidance\":7.5,", "", "'guidance' is missing");
  refused("\"weight\":1.0", "\"weight\":0.5", "the squares of the seeds' weights");
  refused("[0,533]", "[0,534]", "belong to another frame");
  refused("\"init\":\"painted\"", "\"init\":{\"previous\":3}", "it follows from frame 3");
  refused("\"init\":\"painted\"", "\"init\":{\"previous\":3,\"border\":\"x\"}",
          "border = x is none of reflect");
  refused("\"plan\":1", "\"plan\":2", "is no plan of this program");
  refused("{\"frame\":1,", "{\"frame\":0,", "");
  EXPECT_ERROR(Reading().read("hello", job), ErrorKind::usage, "plan.jsonl, line 1");
}

}  // namespace
}  // namespace spectradiff
