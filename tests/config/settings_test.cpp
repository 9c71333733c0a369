#include "spectradiff/config/settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <functional>

#include "spectradiff/base/error.h"
#include "spectradiff/config/options.h"
#include "spectradiff/timeline/signals.h"

namespace spectradiff {
namespace {

using testing::AllOf;
using testing::HasSubstr;

std::string refusal(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::usage) << error.what();
    return error.what();
  }
  return "nothing was thrown";
}

std::string refusal_of(const Json& values) {
  return refusal([&] { resolve({{"preset neon", values}}); });
}

TEST(Settings, LaterLayersWinAndOriginsSayWho) {
  const Resolved resolved =
      resolve({{"preset neon", {{"strength", 0.4}, {"steps", 10}}}, {"flag", {{"strength", 0.6}}}});
  EXPECT_EQ(resolved.job.diffusion.numbers.strength, 0.6);
  EXPECT_EQ(resolved.job.diffusion.steps, 10);
  EXPECT_EQ(resolved.origins.at("strength"), "flag");
  EXPECT_EQ(resolved.origins.at("steps"), "preset neon");
  EXPECT_FALSE(resolved.origins.contains("seed"));
}

TEST(Settings, WhatBelongsToOneRunIsRefusedWhereEveryRunReads) {
  const auto layer = [](const Json& values, LayerKind kind) {
    return refusal([&] { make_layer(values, "preset neon", kind); });
  };
  EXPECT_THAT(
      layer({{"output", "v.mp4"}}, LayerKind::preset),
      AllOf(HasSubstr("preset neon: \"output\""), HasSubstr("--output"), HasSubstr("SPECTRADIFF_OUTPUT")));
  EXPECT_THAT(layer({{"config", "c.json"}}, LayerKind::job_list), HasSubstr("--config"));
  EXPECT_EQ(layer({{"output", "v.mp4"}, {"preset", {"a", "b"}}}, LayerKind::job_list), "nothing was thrown");
  EXPECT_EQ(layer({{"quiet", true}, {"progress", "never"}}, LayerKind::user_file), "nothing was thrown");
}

std::string refusal_of(const Json& values, LayerKind kind, ErrorKind expected) {
  try {
    resolve({{"model mini", values, kind, {}}});
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), expected) << error.what();
    return error.what();
  }
  return "nothing was thrown";
}

TEST(Settings, ALookTakesPictureOptionsAndSignalsOnly) {
  const auto of_look = [](const Json& values) {
    return refusal_of(values, LayerKind::look, ErrorKind::model);
  };
  EXPECT_EQ(of_look({{"strength", 0.5}, {"painter", "pie"}, {"size", "64x64"}, {"signal", {{"k", "rms"}}}}),
            "nothing was thrown");
  EXPECT_THAT(
      of_look({{"allow_unpinned_model", true}}),
      AllOf(HasSubstr("model mini: \"allow_unpinned_model\" cannot stand in a model's look"),
            HasSubstr("--allow-unpinned-model, SPECTRADIFF_ALLOW_UNPINNED_MODEL or your own settings")));
  EXPECT_THAT(of_look({{"image", "/etc"}}), HasSubstr("\"image\" cannot stand in a model's look"));
  EXPECT_THAT(of_look({{"upscale", "/etc"}}), HasSubstr("\"upscale\" cannot stand"));
  EXPECT_THAT(of_look({{"model", "sha256:00"}}), HasSubstr("\"model\" cannot stand"));
  EXPECT_EQ(layer_problem(*find_option("upscale"), "sha256:00", LayerKind::look), "");
  EXPECT_THAT(of_look({{"device", "cuda"}}), HasSubstr("\"device\" cannot stand"));
  EXPECT_THAT(of_look({{"crf", 20}}), HasSubstr("\"crf\" cannot stand"));
  EXPECT_THAT(of_look({{"output", "v.mp4"}}), HasSubstr("\"output\" cannot stand"));
}

TEST(Settings, AWrongValueIsTheFaultOfWhoSaysIt) {
  EXPECT_THAT(refusal_of({{"strength", 2}}, LayerKind::look, ErrorKind::model), HasSubstr("outside 0..1"));
  EXPECT_THAT(refusal_of({{"blur", "onst"}}, LayerKind::look, ErrorKind::model), HasSubstr("'onset'"));
  EXPECT_THAT(refusal_of({{"signal", {{"k", "onst"}}}}, LayerKind::look, ErrorKind::model),
              HasSubstr("'onset'"));
  EXPECT_THAT(refusal_of({{"strength", 2}}, LayerKind::video, ErrorKind::input), HasSubstr("outside 0..1"));
  EXPECT_THAT(refusal_of({{"strength", 2}}, LayerKind::job_list, ErrorKind::usage),
              HasSubstr("outside 0..1"));
}

TEST(Settings, TrustIsTheUsersAlone) {
  const Json trusting = {{"allow_unpinned_model", true}};
  for (const LayerKind kind : {LayerKind::preset, LayerKind::config, LayerKind::job_list, LayerKind::plan})
    EXPECT_THAT(refusal_of(trusting, kind, ErrorKind::usage), HasSubstr("may run code")) << name_of(kind);
  for (const LayerKind kind : {LayerKind::flag, LayerKind::environment, LayerKind::user_file})
    EXPECT_TRUE(resolve({{"", trusting, kind, {}}}).job.diffusion.allow_unpinned) << name_of(kind);
}

TEST(Settings, PathsOfAPresetStartInItsFolder) {
  const Json values = {{"image", "pics/%05d.png"}, {"beats", "/b.txt"},   {"analysis_audio", "-"},
                       {"model", "mini"},          {"control_image", ""}, {"interpolation_model", "../film"}};
  const RenderJob job = resolve({{"preset neon", values, LayerKind::preset, "looks/neon"}}).job;
  EXPECT_EQ(job.paint.image.path, "looks/neon/pics/%05d.png");
  EXPECT_EQ(job.analysis.beats.file, "/b.txt");
  EXPECT_EQ(job.input.analysis_audio, "-");
  EXPECT_EQ(job.diffusion.model, "mini");
  EXPECT_EQ(job.diffusion.control_image, "");
  EXPECT_EQ(job.diffusion.interpolation_model, "looks/film");
  EXPECT_EQ(resolve({{"flag", values}}).job.paint.image.path, "pics/%05d.png");
}

TEST(Settings, OfTheRunAreReadWithoutJudgingTheJob) {
  const RunSettings run =
      run_settings({{"file", {{"quiet", true}, {"strength", 9}}}, {"flag", {{"quiet", false}}}});
  EXPECT_FALSE(run.quiet);
  EXPECT_THAT(refusal([] { run_settings({{"file", {{"progress", "sometimes"}}}}); }), HasSubstr("progress"));
}

TEST(Settings, MessagesNameOptionValueOriginAndRange) {
  EXPECT_THAT(refusal_of({{"strength", 1.4}}),
              AllOf(HasSubstr("strength = 1.4 (preset neon)"), HasSubstr("0..1"), HasSubstr("0.3 to 0.6")));
}

TEST(Settings, RefuseValuesOfTheWrongTypeOrRange) {
  EXPECT_THAT(refusal_of({{"steps", 15.7}}), HasSubstr("is not an integer"));
  EXPECT_THAT(refusal_of({{"steps", true}}), HasSubstr("is not an integer"));
  EXPECT_THAT(refusal_of({{"steps", -1}}), HasSubstr("outside 1..1000"));
  EXPECT_THAT(refusal_of({{"steps", 5000000000}}), HasSubstr("outside 1..1000"));
  EXPECT_THAT(refusal_of({{"seed", 18446744073709551615U}}), HasSubstr("outside 0"));
  EXPECT_THAT(refusal_of({{"seed", 4294967296}}), HasSubstr("outside 0..4294967295"));
  EXPECT_THAT(refusal_of({{"strength", "0,5"}}), HasSubstr("is not a number"));
  EXPECT_THAT(refusal_of({{"eta", "0.5"}}), HasSubstr("is not a number"));
  EXPECT_THAT(refusal_of({{"greyscale", 1}}), HasSubstr("must be true or false"));
  EXPECT_THAT(refusal_of({{"fps", 0}}), HasSubstr("not above 0 and at most 240"));
  EXPECT_THAT(refusal_of({{"fps", 241}}), HasSubstr("not above 0 and at most 240"));
  EXPECT_THAT(refusal_of({{"size", "513x512"}}), AllOf(HasSubstr("513"), HasSubstr("512 or 514")));
  EXPECT_THAT(refusal_of({{"size", "0x0"}}), HasSubstr("16..4096"));
  EXPECT_THAT(refusal_of({{"output_size", "101x100"}}), HasSubstr("multiple of 2"));
  EXPECT_THAT(refusal_of({{"painter", "hsah"}}), HasSubstr("did you mean"));
  EXPECT_THAT(refusal_of({{"prompt", std::string("a\0b", 3)}}), HasSubstr("NUL"));
  EXPECT_THAT(refusal_of({{"background", "#12345"}}), HasSubstr("#rrggbb"));
  EXPECT_THAT(refusal_of({{"device", "cuda:x"}}), HasSubstr("cuda:N"));
  EXPECT_THAT(refusal_of({{"normalize", "percentile:0"}}), HasSubstr("not above 0 and at most 100"));
  EXPECT_THAT(refusal_of({{"fmin", 9000}, {"fmax", 8000}}), HasSubstr("not below"));
}

TEST(Settings, UnknownKeysSuggestTheNearest) {
  EXPECT_THAT(refusal_of({{"strenght", 0.5}}), AllOf(HasSubstr("\"strenght\""), HasSubstr("strength")));
}

TEST(Settings, TypedNumbersArePlainDecimals) {
  for (const char* text : {"nan", "inf", "0x1p-1", "010", "0,5", "", " 1", "1 ", "+1", "1e400"}) {
    EXPECT_THAT(refusal([&] { flag_value("strength", text); }),
                HasSubstr("is not a number; write a plain decimal"))
        << text;
  }
  EXPECT_EQ(flag_value("strength", "0.25"), Json(0.25));
}

TEST(Settings, SeedSpacingBringsTheSeedsWindowUnlessOneWasGiven) {
  const AnalysisSettings seed = resolve({{"flag", {{"bin_spacing", "seed"}}}}).job.analysis;
  EXPECT_EQ(seed.window, TimeSpan::milliseconds(50));
  EXPECT_EQ(seed.window_shape, WindowShape::rect);
  EXPECT_EQ(resolve({{"flag", {{"bin_spacing", "seed"}, {"window", "20ms"}}}}).job.analysis.window,
            TimeSpan::milliseconds(20));
}

TEST(Settings, PainterShowcqtBringsConstantQUnlessBinsOfAnotherKindWereAskedFor) {
  const AnalysisSettings bars = resolve({{"flag", {{"painter", "showcqt"}, {"fmin", 55}}}}).job.analysis;
  EXPECT_EQ(bars.spacing, BinSpacing::cqt);
  EXPECT_EQ(bars.bins, 240);
  EXPECT_EQ(bars.fmin_hz, 55);
  EXPECT_EQ(bars.fmax_hz, 20495.6);
  EXPECT_EQ(bars.window, TimeSpan::milliseconds(170));
  EXPECT_EQ(resolve({{"flag", {{"painter", "showcqt"}, {"bin_spacing", "log"}}}}).job.analysis,
            AnalysisSettings{});
  EXPECT_EQ(resolve({{"flag", {{"bin_spacing", "cqt"}}}}).job.analysis.bins, 240);
}

TEST(Settings, EnvironmentVariablesAreReadLikeFlags) {
  setenv("SPECTRADIFF_BIN_SPACING", "seed", 1);
  setenv("SPECTRADIFF_GREYSCALE", "true", 1);
  const Layer layer = environment_layer(kEvery);
  unsetenv("SPECTRADIFF_BIN_SPACING");
  EXPECT_EQ(layer.values["bin_spacing"], "seed");
  EXPECT_EQ(layer.values["greyscale"], true);
  setenv("SPECTRADIFF_GREYSCALE", "perhaps", 1);
  EXPECT_THAT(refusal([] { environment_layer(kEvery); }), HasSubstr("SPECTRADIFF_GREYSCALE = perhaps"));
  unsetenv("SPECTRADIFF_GREYSCALE");
}

TEST(Settings, PresetsMayDescribeThemselves) {
  EXPECT_EQ(resolve({{"preset", {{"description", "words"}, {"blur", 5}}}}).job.paint.post.blur_px, 5);
}

TEST(Settings, PaintersNumbersTakeExpressions) {
  const Resolved resolved = resolve({{"flag", {{"blur", "10*onset"}, {"marks_per_bin", "20 + 10*bass"}}}});
  EXPECT_EQ(resolved.job.expressions.at("blur"), "10*onset");
  EXPECT_EQ(resolved.job.expressions.at("marks_per_bin"), "20 + 10*bass");
  EXPECT_EQ(resolved.job.paint.post.blur_px, RenderJob{}.paint.post.blur_px);
  EXPECT_EQ(job_to_json(resolved.job)["blur"], "10*onset");
  EXPECT_EQ(resolve({{"again", job_to_json(resolved.job)}}).job, resolved.job);
}

TEST(Settings, ANumberRemovesAnEarlierExpressionAndAnExpressionAnEarlierNumber) {
  const Resolved number = resolve({{"preset neon", {{"blur", "10*onset"}}}, {"flag", {{"blur", 3}}}});
  EXPECT_TRUE(number.job.expressions.empty());
  EXPECT_EQ(number.job.paint.post.blur_px, 3);
  const Resolved expression = resolve({{"preset neon", {{"blur", 3}}}, {"flag", {{"blur", "10*onset"}}}});
  EXPECT_EQ(expression.job.expressions.size(), 1u);
  EXPECT_EQ(expression.job, resolve({{"flag", {{"blur", "10*onset"}}}}).job);
}

TEST(Settings, AnExpressionThatNeverChangesIsItsNumber) {
  const Resolved resolved = resolve({{"flag", {{"strength", "1/2"}, {"marks_per_bin", "4*5+1"}}}});
  EXPECT_TRUE(resolved.job.expressions.empty());
  EXPECT_EQ(resolved.job.diffusion.numbers.strength, 0.5);
  EXPECT_EQ(resolved.job.paint.hash.marks_per_bin, 21);
  EXPECT_EQ(
      resolve({{"file", {{"strength", "0.5"}, {"marks_per_bin", "21"}}}}).job.diffusion.numbers.strength,
      0.5);
  EXPECT_EQ(resolve({{"file", {{"marks_per_bin", "21"}}}}).job.paint.hash.marks_per_bin, 21);
  EXPECT_THAT(refusal_of({{"strength", "2*3"}}),
              AllOf(HasSubstr("strength = 2*3 (preset neon)"), HasSubstr("0..1")));
  EXPECT_THAT(refusal_of({{"strength", "1/0"}}), HasSubstr("does not give a finite number"));
  EXPECT_THAT(refusal_of({{"marks_per_bin", "1/3"}}), HasSubstr("is not an integer"));
}

TEST(Settings, TheSizeOfAnExpressionIsCheckedBeforeItIsRead) {
  std::string text = "onset";
  while (text.size() + 6 <= kMaxExpressionBytes) text += "+onset";
  EXPECT_EQ(refusal_of({{"blur", text}}), "nothing was thrown");
  text.append(kMaxExpressionBytes, ' ');
  for (const char* key : {"blur", "strength", "prompt_weight"})
    EXPECT_THAT(refusal_of({{key, text}}), HasSubstr("at most 2000")) << key;
  EXPECT_THAT(refusal_of({{"signal", {{"kick", text + text}}}}),
              HasSubstr("a signal kick of more than 4000"));
}

TEST(Settings, TheNumberOfSignalsIsLimitedWhateverLayersTheyComeFrom) {
  Json first = Json::object(), second = Json::object();
  for (size_t i = 0; i < kMaxSignals; ++i) first["a" + std::to_string(i)] = "rms";
  second["b"] = "rms";
  EXPECT_EQ(refusal([&] { resolve({{"file", {{"signal", first}}}}); }), "nothing was thrown");
  EXPECT_THAT(refusal([&] { resolve({{"file", {{"signal", first}}}, {"flag", {{"signal", second}}}}); }),
              HasSubstr("more than 1000 signals"));
}

TEST(Settings, AWrongExpressionNamesOptionOriginAndPlace) {
  EXPECT_THAT(refusal_of({{"strength", "0.5 + onst"}}),
              AllOf(HasSubstr("strength = 0.5 + onst (preset neon) is wrong at column 7"),
                    HasSubstr("'onset'"), HasSubstr("\n        ^")));
  EXPECT_THAT(refusal_of({{"eta", "onset"}}), HasSubstr("is not a number"));
}

TEST(Settings, SignalsOfAllLayersAreKnownToAllExpressions) {
  const Resolved resolved = resolve({{"preset neon", {{"blur", "10*kick"}, {"signal", {{"hat", "treble"}}}}},
                                     {"flag", {{"signal", {{"kick", "band 40 120 | norm 95"}}}}}});
  EXPECT_EQ(resolved.job.signals.size(), 2u);
  EXPECT_EQ(resolve({{"again", job_to_json(resolved.job)}}).job, resolved.job);
  EXPECT_THAT(refusal_of({{"blur", "10*kick"}}), HasSubstr("no series, counter or signal kick"));
  EXPECT_THAT(refusal_of({{"signal", {{"kick", "rms | evn 1f 2f"}}}}),
              AllOf(HasSubstr("signal (preset neon): kick = rms | evn 1f 2f is wrong at column 7"),
                    HasSubstr("'env'")));
  EXPECT_THAT(refusal_of({{"signal", "rms"}}), HasSubstr("object of signals"));
  EXPECT_THAT(refusal_of({{"signal", {{"kick", 3}}}}), HasSubstr("not a text"));
}

TEST(Settings, TypedSignalsHaveNames) {
  EXPECT_EQ(flag_value("signal", "kick = band 40 120 | norm 95; hat=treble"),
            Json({{"kick", "band 40 120 | norm 95"}, {"hat", "treble"}}));
  for (const char* text : {"", "rms", "=rms", "a=rms;"})
    EXPECT_THAT(refusal([&] { flag_value("signal", text); }), HasSubstr("write NAME=SOURCE")) << text;
  EXPECT_THAT(refusal([] { flag_value("signal", "a=rms;a=rms"); }), HasSubstr("twice"));
}

}  // namespace
}  // namespace spectradiff
