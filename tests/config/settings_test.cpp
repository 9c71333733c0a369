#include "spectradiff/config/settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <functional>

#include "spectradiff/base/error.h"

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
  EXPECT_EQ(resolved.job.diffusion.strength, 0.6);
  EXPECT_EQ(resolved.job.diffusion.steps, 10);
  EXPECT_EQ(resolved.origins.at("strength"), "flag");
  EXPECT_EQ(resolved.origins.at("steps"), "preset neon");
  EXPECT_FALSE(resolved.origins.contains("seed"));
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
  EXPECT_THAT(refusal_of({{"strength", "0.5"}}), HasSubstr("is not a number"));
  EXPECT_THAT(refusal_of({{"greyscale", 1}}), HasSubstr("neither true nor false"));
  EXPECT_THAT(refusal_of({{"fps", 0}}), HasSubstr("outside above 0..240"));
  EXPECT_THAT(refusal_of({{"fps", 241}}), HasSubstr("outside above 0..240"));
  EXPECT_THAT(refusal_of({{"size", "513x512"}}), AllOf(HasSubstr("513"), HasSubstr("512 or 520")));
  EXPECT_THAT(refusal_of({{"size", "0x0"}}), HasSubstr("16..4096"));
  EXPECT_THAT(refusal_of({{"output_size", "101x100"}}), HasSubstr("multiple of 2"));
  EXPECT_THAT(refusal_of({{"painter", "hsah"}}), HasSubstr("did you mean"));
  EXPECT_THAT(refusal_of({{"prompt", std::string("a\0b", 3)}}), HasSubstr("NUL"));
  EXPECT_THAT(refusal_of({{"background", "#12345"}}), HasSubstr("#rrggbb"));
  EXPECT_THAT(refusal_of({{"device", "cuda:x"}}), HasSubstr("cuda:N"));
  EXPECT_THAT(refusal_of({{"normalize", "percentile:0"}}), HasSubstr("above 0..100"));
  EXPECT_THAT(refusal_of({{"fmin", 9000}, {"fmax", 8000}}), HasSubstr("not below"));
}

TEST(Settings, UnknownKeysSuggestTheNearest) {
  EXPECT_THAT(refusal_of({{"strenght", 0.5}}), AllOf(HasSubstr("\"strenght\""), HasSubstr("strength")));
}

TEST(Settings, TypedNumbersArePlainDecimals) {
  for (const char* text : {"nan", "inf", "0x1p-1", "010", "0,5", "", " 1", "1 ", "+1", "1e400"}) {
    EXPECT_THAT(refusal([&] { flag_value("strength", text); }), HasSubstr("is not a plain decimal number"))
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

TEST(Settings, EnvironmentVariablesAreReadLikeFlags) {
  setenv("SPECTRADIFF_BIN_SPACING", "seed", 1);
  setenv("SPECTRADIFF_GREYSCALE", "true", 1);
  const Layer layer = environment_layer();
  unsetenv("SPECTRADIFF_BIN_SPACING");
  EXPECT_EQ(layer.values["bin_spacing"], "seed");
  EXPECT_EQ(layer.values["greyscale"], true);
  setenv("SPECTRADIFF_GREYSCALE", "perhaps", 1);
  EXPECT_THAT(refusal([] { environment_layer(); }), HasSubstr("SPECTRADIFF_GREYSCALE = perhaps"));
  unsetenv("SPECTRADIFF_GREYSCALE");
}

TEST(Settings, PresetsMayDescribeThemselves) {
  EXPECT_EQ(resolve({{"preset", {{"description", "words"}, {"blur", 5}}}}).job.paint.post.blur_px, 5);
}

}  // namespace
}  // namespace spectradiff
