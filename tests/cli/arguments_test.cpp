#include "arguments.h"

#include <gmock/gmock.h>

#include "expect_error.h"

namespace spectradiff {
namespace {

using testing::ElementsAre;

TEST(Arguments, ACommandItsSubjectAndItsFlagsBecomeALayer) {
  const Arguments arguments =
      parse_arguments({"render", "song.wav", "--strength", "0.4+0.2*onset", "--no-greyscale", "-o", "v.mp4"});
  EXPECT_EQ(arguments.command, "render");
  EXPECT_EQ(arguments.subject, "song.wav");
  EXPECT_EQ(arguments.flags.values,
            Json({{"output", "v.mp4"}, {"greyscale", false}, {"strength", "0.4+0.2*onset"}}));
}

TEST(Arguments, TheLastOfAFlagGivenTwiceWinsAndPresetsAreKeptInOrder) {
  const Arguments arguments =
      parse_arguments({"paint", "song.wav", "--bins", "8", "--preset", "a", "--bins", "9", "--preset", "b"});
  EXPECT_EQ(arguments.flags.values["bins"], 9);
  EXPECT_EQ(arguments.flags.values["preset"], Json({"a", "b"}));
}

TEST(Arguments, ValuesMayFollowAnEqualsSignBeEmptyOrBeginWithADash) {
  EXPECT_EQ(parse_arguments({"render", "s.wav", "--prompt="}).flags.values["prompt"], "");
  EXPECT_EQ(parse_arguments({"render", "s.wav", "-o=v.mp4"}).flags.values["output"], "v.mp4");
  EXPECT_EQ(parse_arguments({"render", "--", "-song.wav"}).subject, "-song.wav");
}

TEST(Arguments, SubjectsAreTakenAsTheyAreTypedAndCounted) {
  EXPECT_THAT(parse_arguments({"still", "[demos]", "-y", "{}", "render"}).subjects,
              ElementsAre("[demos]", "{}", "render"));
  EXPECT_THAT(parse_arguments({"measure", "v.mp4", "--", "-s.wav"}).subjects, ElementsAre("v.mp4", "-s.wav"));
  EXPECT_ERROR(parse_arguments({"measure", "v.mp4", "s.wav", "t.wav"}), ErrorKind::usage, "\"t.wav\"");
  EXPECT_ERROR(parse_arguments({"doctor", "now"}), ErrorKind::usage, "\"now\"");
  EXPECT_EQ(parse_arguments({"presets", "show", "funky"}).subject, "funky");
  EXPECT_ERROR(parse_arguments({"presets", "list", "funky"}), ErrorKind::usage, "\"funky\"");
  EXPECT_ERROR(parse_arguments({"completion"}), ErrorKind::usage, "completion needs one of bash, zsh, fish");
}

TEST(Arguments, WhatIsNotKnownIsNamedWithTheNearestThatIs) {
  EXPECT_ERROR(parse_arguments({"rendr", "s.wav"}), ErrorKind::usage, "unknown command rendr");
  EXPECT_ERROR(parse_arguments({"render", "s.wav", "--strenght", "1"}), ErrorKind::usage, "--strength");
  EXPECT_ERROR(parse_arguments({"analyze", "s.wav", "--prompt", "x"}), ErrorKind::usage,
               "is an option of render");
  EXPECT_ERROR(parse_arguments({"render", "a.wav", "b.wav"}), ErrorKind::usage, "b.wav");
  EXPECT_ERROR(parse_arguments({"render"}), ErrorKind::usage, "needs a sound file");
}

TEST(Arguments, TheyBecomeARequestForASession) {
  Arguments arguments = parse_arguments({"paint", "song.wav"});
  arguments.layers = {arguments.flags};
  EXPECT_EQ(arguments.request().task, Task::paint);
  EXPECT_EQ(arguments.request().song, "song.wav");
  EXPECT_EQ(arguments.request().layers.size(), 1u);
}

}  // namespace
}  // namespace spectradiff
