#include "shell_words.h"

#include <gmock/gmock.h>

namespace spectradiff {
namespace {

using testing::ElementsAre;

TEST(ShellWords, OptionsGoWithTheirValuesHoweverTheyAreTyped) {
  const Words typed = {"try", "a.wav",      "--looks", "plain", "-o", "x.png", "-oy.png", "--output=z.png",
                       "-y",  "--size=8x8", "--json",  "--",    "-o"};
  EXPECT_THAT(words_without(typed, {"looks", "output", "overwrite", "json"}),
              ElementsAre("try", "a.wav", "--size=8x8", "--", "-o"));
  EXPECT_THAT(words_without({"render", "--report"}, {"report"}), ElementsAre("render"));
}

TEST(ShellWords, ACommandIsGivenAgainWithOtherFramesAndQuotedForAShell) {
  EXPECT_EQ(reproduction({"render", "--prompt", "it's", "--", "a b.wav"}, "3-5", "x-%05d.png"),
            "spectradiff render --prompt 'it'\\''s' --frames 3-5 -o x-%05d.png -- 'a b.wav'");
}

}  // namespace
}  // namespace spectradiff
