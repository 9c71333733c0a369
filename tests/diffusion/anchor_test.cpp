// Frames that see an anchor: when its pass is made, what it may and may not change.
#include <gtest/gtest.h>

#include "anchor_banks.h"
#include "diffuser_fixture.h"
#include "expect_error.h"

namespace spectradiff {
namespace {

constexpr int kSteps = 5;

// Two anchors and frames of their own.
struct Scene {
  Canvas first = painting(1), second = painting(2), shown = painting(3), other = painting(4);
  Anchor sea = {7, {.init = &first, .prompt = "sea", .strength = 0.8, .guidance = 1, .noise = {{.seed = 9}}}};
  Anchor night = {90, {.init = &second, .prompt = "night", .strength = 0.8, .guidance = 1}};

  FrameRequest frame(const Anchor* anchor, double coherence, double strength = 0.8) const {
    return {.init = &shown,
            .prompt = "storm",
            .strength = strength,
            .guidance = 1,
            .anchor = anchor,
            .coherence = coherence};
  }
};

DiffuserSettings settings(int batch_size, bool coherent = true) {
  return {
      .scheduler = "ddim", .steps = kSteps, .batch_size = batch_size, .guided = false, .coherent = coherent};
}

std::vector<std::vector<uint8_t>> pictures(Diffuser& diffuser, const std::vector<FrameRequest>& requests) {
  std::vector<std::vector<uint8_t>> bytes;
  for (const DiffusedPicture& each : diffuser.run(requests, kNever)) {
    const auto pixels = each.picture.bytes();
    bytes.emplace_back(pixels.begin(), pixels.end());
  }
  return bytes;
}

TEST(Anchors, ShareZeroGivesTheBytesOfAJobWithoutThem) {
  const Scene scene;
  const auto networks = make_fake_networks();
  Diffuser plain(*networks, test_manifest(), settings(1, false)),
      coherent(*networks, test_manifest(), settings(1));
  const auto expected = pictures(plain, {scene.frame(nullptr, 0)});
  EXPECT_EQ(pictures(coherent, {scene.frame(nullptr, 0)}), expected);
  EXPECT_EQ(pictures(coherent, {scene.frame(&scene.sea, 0)}), expected);
  EXPECT_NE(pictures(coherent, {scene.frame(&scene.sea, 0.5)}), expected);
  EXPECT_NE(pictures(coherent, {scene.frame(&scene.sea, 1)}),
            pictures(coherent, {scene.frame(&scene.night, 1)}));
}

TEST(Anchors, AFramesBytesDoNotDependOnWhatElseIsInTheBatch) {
  const Scene scene;
  const auto networks = make_fake_networks();
  Diffuser together(*networks, test_manifest(), settings(3));
  const auto all = pictures(
      together, {scene.frame(&scene.sea, 0.7), scene.frame(nullptr, 0), scene.frame(&scene.night, 0.3, 0.6)});
  const std::vector<FrameRequest> frames = {scene.frame(&scene.sea, 0.7), scene.frame(nullptr, 0),
                                            scene.frame(&scene.night, 0.3, 0.6)};
  for (size_t i = 0; i < frames.size(); ++i) {
    Diffuser alone(*networks, test_manifest(), settings(3));
    EXPECT_EQ(pictures(alone, {frames[i]}).front(), all[i]) << i;
  }
}

TEST(Anchors, EachPassesOnceWhileBatchesNeedItAndAgainWhenItWasLetGo) {
  const Scene scene;
  Counts counts;
  const auto networks = make_fake_networks(counts.recorder());
  Diffuser diffuser(*networks, test_manifest(),
                    {.scheduler = "ddim",
                     .steps = kSteps,
                     .strength_mode = StrengthMode::exact,
                     .batch_size = 2,
                     .guided = false,
                     .coherent = true});
  const auto first = pictures(diffuser, {scene.frame(&scene.sea, 1), scene.frame(&scene.sea, 0.5)});
  pictures(diffuser, {scene.frame(&scene.sea, 0.2, 0.4)});
  EXPECT_EQ(counts.calls["denoise_anchor"], kSteps);
  pictures(diffuser, {scene.frame(&scene.sea, 1), scene.frame(&scene.night, 1)});
  EXPECT_EQ(counts.calls["denoise_anchor"], 2 * kSteps);
  pictures(diffuser, {scene.frame(&scene.night, 1)});
  EXPECT_EQ(pictures(diffuser, {scene.frame(&scene.sea, 1), scene.frame(&scene.sea, 0.5)}), first);
  EXPECT_EQ(counts.calls["denoise_anchor"], 3 * kSteps);
}

TEST(Anchors, ANoisedOneIsThePictureItselfAtEveryLevel) {
  const Scene scene;
  Counts counts;
  const auto networks = make_fake_networks(counts.recorder());
  Diffuser diffuser(*networks, test_manifest(), settings(1));
  Anchor reference = scene.sea;
  reference.is_noised = true;
  const auto noised = pictures(diffuser, {scene.frame(&reference, 1)});
  EXPECT_EQ(counts.calls["denoise_anchor"], 4);  // int(5 · 0.8) steps
  Diffuser again(*networks, test_manifest(), settings(1));
  EXPECT_NE(pictures(again, {scene.frame(&scene.sea, 1)}), noised);
  Diffuser third(*networks, test_manifest(), settings(1));
  EXPECT_EQ(pictures(third, {scene.frame(&reference, 1)}), noised);
}

TEST(Anchors, AGuidedJobsAnchorIsGuidedToo) {
  Scene scene;
  const auto networks = make_fake_networks();  // which refuse tokens of another kind
  Diffuser diffuser(*networks, test_manifest(), {.steps = kSteps, .batch_size = 2, .coherent = true});
  scene.sea.frame.guidance = 6;
  FrameRequest frame = scene.frame(&scene.sea, 1);
  frame.guidance = 4;
  EXPECT_NE(pictures(diffuser, {frame}), pictures(diffuser, {scene.frame(&scene.sea, 1)}));
}

TEST(Anchors, ACancelledPassGivesNothing) {
  const Scene scene;
  const auto networks = make_fake_networks();
  Diffuser diffuser(*networks, test_manifest(), settings(1));
  int asked = 0;
  const FrameRequest frame = scene.frame(&scene.sea, 1);
  EXPECT_TRUE(diffuser.run({&frame, 1}, [&] { return ++asked > 2; }).empty());
  EXPECT_EQ(asked, 3);
}

TEST(Anchors, WhatCannotBeSeenIsRefused) {
  const Scene scene;
  const auto networks = make_fake_networks();
  Diffuser coherent(*networks, test_manifest(), settings(1)),
      plain(*networks, test_manifest(), settings(1, false));
  const auto run = [&](Diffuser& diffuser, const FrameRequest& frame) { diffuser.run({&frame, 1}, kNever); };
  EXPECT_ERROR(run(coherent, scene.frame(&scene.sea, 1.5)), ErrorKind::usage,
               "coherence = 1.5 is outside 0..1");
  EXPECT_ERROR(run(plain, scene.frame(&scene.sea, 1)), ErrorKind::internal, "without coherence");
  Anchor nested = scene.sea;
  nested.frame.anchor = &scene.night;
  EXPECT_ERROR(run(coherent, scene.frame(&nested, 1)), ErrorKind::internal, "sees none itself");
}

TEST(AnchorBank, GivesTheNearestStepAndOfSeveralAlikeTheFramesOwn) {
  const auto networks = make_fake_networks();
  const auto array = [&] { return networks->text_encode(std::vector<std::vector<int32_t>>{{1, 2}}); };
  const AnchorBank bank{{900, 600, 300}, {array(), array(), array()}};
  EXPECT_EQ(bank.nearest(1000, 2), bank.tokens[0]);
  EXPECT_EQ(bank.nearest(750, 0), bank.tokens[0]);
  EXPECT_EQ(bank.nearest(750, 1), bank.tokens[1]);
  EXPECT_EQ(bank.nearest(749, 0), bank.tokens[1]);
  EXPECT_EQ(bank.nearest(0, 9), bank.tokens[2]);
  EXPECT_EQ(AnchorBank{}.nearest(10, 0), nullptr);
}

// At a timestep of the network's schedule a noised picture is √ᾱ of itself and √(1 - ᾱ) of noise.
TEST(AnchorBank, NoisedLevelsAreThoseOfTheScheduleForEverySampler) {
  for (const char* prediction : {"epsilon", "v_prediction"}) {
    const Json config = {
        {"class", "DDIMScheduler"},         {"beta_start", 0.00085},       {"beta_end", 0.012},
        {"beta_schedule", "scaled_linear"}, {"num_train_timesteps", 1000}, {"clip_sample", false},
        {"prediction_type", prediction}};
    std::vector<double> alphas;
    double product = 1;
    for (int t = 0; t < 1000; ++t) {
      const double root = std::sqrt(0.00085) + (std::sqrt(0.012) - std::sqrt(0.00085)) * t / 999;
      alphas.push_back(product *= 1 - root * root);
    }
    for (const std::string& scheduler : scheduler_names()) {
      const SamplerTable table = make_sampler_table(
          config, {.scheduler = scheduler, .steps = 8, .strength = 0.7, .mode = StrengthMode::exact});
      const auto levels = noised_levels(table, config);
      ASSERT_EQ(levels.size(), table.steps.size()) << scheduler;
      for (size_t k = 0; k < levels.size(); ++k) {
        const SamplerStep& step = table.steps[k];
        const double image = levels[k].first * step.input_scale, noise = levels[k].second * step.input_scale;
        const double alpha = alphas[static_cast<size_t>(std::lround(step.timestep))];
        EXPECT_NEAR(image, std::sqrt(alpha), 0.02) << scheduler << " " << prediction << " step " << k;
        EXPECT_NEAR(noise, std::sqrt(1 - alpha), 0.02) << scheduler << " " << prediction << " step " << k;
      }
    }
  }
}

}  // namespace
}  // namespace spectradiff
