#include "spectradiff/config/option_help.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace spectradiff {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

std::string line(const std::string& key, const std::vector<Layer>& layers = {}) {
  return OptionHelp(resolve(layers)).line(*find_option(key));
}

TEST(OptionHelp, NoRowTypesItsRangeOrDefault) {
  for (const Option& option : option_table()) {
    EXPECT_THAT(option.help, Not(HasSubstr("default"))) << option.key;
    if (!option.range.empty()) {
      EXPECT_THAT(option.help, Not(HasSubstr(option.range))) << option.key;
    }
    for (const std::string& choice : option.choices)
      EXPECT_THAT(option.help, Not(HasSubstr(choice + ": "))) << option.key;
  }
}

TEST(OptionHelp, RangeAndDefaultComeFromTheRow) {
  EXPECT_THAT(line("strength"), EndsWith(" (0 to 1; default 0.75)"));
  EXPECT_THAT(line("steps"), EndsWith(" (1 to 1000; default 50)"));
  EXPECT_THAT(line("fps"), EndsWith(" (above 0 to 240; default 15)"));
  EXPECT_THAT(line("size"), EndsWith(" (16 to 4096 pixels a side, even; default 512x512)"));
  EXPECT_THAT(line("seed_travel"), EndsWith(" (0 to 1000000; default 0)"));
  EXPECT_THAT(line("duration"), EndsWith(" (default: to the end)"));
  EXPECT_THAT(line("mark_shape"), EndsWith("shape of a mark: disc or square (default disc)"));
  EXPECT_THAT(line("prompt_blend"),
              EndsWith(". lerp: along a straight line; slerp: along an arc; cut: at once (default lerp)"));
  EXPECT_THAT(line("polar_mirror"), EndsWith(" (default on)"));
  EXPECT_THAT(line("greyscale"), EndsWith("remove the colour"));
}

TEST(OptionHelp, WhatSettingsBringIsSaidWithWhereItComesFrom) {
  const std::vector<Layer> layers = {
      {"model mini", {{"steps", 9}, {"greyscale", true}, {"seed_travel", "25*onset"}}, LayerKind::look, {}},
      {"/user/config.json", {{"crf", 30}, {"polar_mirror", false}}, LayerKind::user_file, {}}};
  EXPECT_THAT(line("steps", layers), EndsWith(" (1 to 1000; default 9, from the model mini)"));
  EXPECT_THAT(line("greyscale", layers), EndsWith(" (default on, from the model mini)"));
  EXPECT_THAT(line("seed_travel", layers), EndsWith("; default 25*onset, from the model mini)"));
  EXPECT_THAT(line("crf", layers), EndsWith(" (0 to 63; default 30, from /user/config.json)"));
  EXPECT_THAT(line("polar_mirror", layers), EndsWith(" (default off, from /user/config.json)"));
}

TEST(OptionHelp, DefaultsThatAnotherOptionChangesAreSaid) {
  EXPECT_THAT(line("bins"), EndsWith("; default 90; 240 with --bin-spacing cqt)"));
  EXPECT_THAT(line("window"),
              EndsWith("(default 372ms; 170ms with --bin-spacing cqt; 50ms with --bin-spacing seed)"));
  EXPECT_THAT(line("bin_spacing"), EndsWith(" (default log; cqt with --painter showcqt)"));
  EXPECT_THAT(line("bins", {{"preset thin", {{"bins", 12}}}}),
              EndsWith("; default 12, from the preset thin)"));
}

TEST(OptionHelp, EveryLineNamesEveryChoiceAndEveryNumberItsRange) {
  for (const Option& option : option_table()) {
    const std::string said = line(option.key);
    for (const std::string& choice : option.choices) EXPECT_THAT(said, HasSubstr(choice)) << option.key;
    if (option.number) {
      EXPECT_THAT(said, HasSubstr(" (" + option.range + "; default ")) << option.key;
    }
  }
}

}  // namespace
}  // namespace spectradiff
