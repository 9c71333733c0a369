#include "spectradiff/base/text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace spectradiff {
namespace {

const std::vector<std::string> kNames{"fps",         "size",  "strength", "strength-mode",
                                      "bin-spacing", "start", "steps",    "o"};

TEST(Utf8, AcceptsEveryLengthAndTheExtremes) {
  for (const char* text : {"", "abc", "é", "日本", "😀", "\x7f", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80",
                           "\xef\xbf\xbf", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf", "\xed\x9f\xbf"}) {
    EXPECT_TRUE(is_valid_utf8(text)) << text;
  }
}

TEST(Utf8, RefusesOverlongSurrogateTruncatedAndStrayBytes) {
  for (const char* text : {"\x80", "\xff", "\xfe", "\xc0\x80", "\xc1\xbf", "\xe0\x80\x80", "\xf0\x80\x80\x80",
                           "\xed\xa0\x80", "\xed\xbf\xbf", "\xf4\x90\x80\x80", "\xf8\x88\x80\x80\x80", "\xc3",
                           "\xe2\x82", "\xf0\x9f\x98", "a\xc3z"}) {
    EXPECT_FALSE(is_valid_utf8(text));
  }
}

TEST(NearestName, FindsALikelySlip) {
  EXPECT_EQ(nearest_name("fsp", kNames), "fps");
  EXPECT_EQ(nearest_name("strenght", kNames), "strength");
  EXPECT_EQ(nearest_name("strength_mode", kNames), "strength-mode");
  EXPECT_EQ(nearest_name("STRENGTH", kNames), "strength");
  EXPECT_EQ(nearest_name("bin-spacng", kNames), "bin-spacing");
  EXPECT_EQ(nearest_name("step", kNames), "steps");
}

TEST(NearestName, KeepsSilentWhenNothingIsNear) {
  EXPECT_FALSE(nearest_name("guidance", kNames).has_value());
  EXPECT_FALSE(nearest_name("x", kNames).has_value());
  EXPECT_FALSE(nearest_name("", kNames).has_value());
  EXPECT_FALSE(nearest_name(std::string(100000, 'f'), kNames).has_value());
  EXPECT_EQ(suggestion("guidance", kNames), "");
  EXPECT_EQ(suggestion("fsp", kNames), " (did you mean 'fps'?)");
}

TEST(Join, PutsTheSeparatorBetween) {
  EXPECT_EQ(join({}, ", "), "");
  EXPECT_EQ(join(std::vector<std::string>{"a"}, ", "), "a");
  EXPECT_EQ(join(kNames, "|"), "fps|size|strength|strength-mode|bin-spacing|start|steps|o");
}

TEST(Text, PrintableTextSteersNoTerminal) {
  EXPECT_EQ(printable("a\tb\x1b[31m\x7f\n\xff é 日\xc2\x9b"), "a\\x09b\\x1b[31m\\x7f\n\\xff é 日\\xc2\\x9b");
}

TEST(Text, ShortenedTextEndsBetweenCharacters) {
  EXPECT_EQ(shortened("ééé", 3), "ééé");
  EXPECT_EQ(shortened("éééé", 3), "ééé…");
  EXPECT_EQ(shortened(std::string(1000, 'x'), 2), "xx…");
}

TEST(Trimmed, LosesBlanksAndLineEndsAtBothEndsOnly) {
  EXPECT_EQ(trimmed(" \t a b\r\n"), "a b");
  EXPECT_EQ(trimmed("a"), "a");
  EXPECT_EQ(trimmed(" \n "), "");
  EXPECT_EQ(trimmed(""), "");
}

TEST(Lines, AreTakenOneByOneWithoutTheirEnds) {
  std::string_view text = "a\r\n\n b\rc";
  EXPECT_EQ(take_line(text), "a");
  EXPECT_EQ(take_line(text), "");
  EXPECT_EQ(take_line(text), " b\rc");
  EXPECT_EQ(text, "");
  EXPECT_EQ(take_line(text), "");
}

TEST(Split, KeepsEmptyPartsAndGivesOneMoreThanThereAreSeparators) {
  EXPECT_THAT(split("a,bc,,d", ','), testing::ElementsAre("a", "bc", "", "d"));
  EXPECT_THAT(split(",", ','), testing::ElementsAre("", ""));
  EXPECT_THAT(split("", ','), testing::ElementsAre(""));
}

TEST(ByteOrderMark, IsDroppedOnceAtTheBeginning) {
  EXPECT_EQ(without_byte_order_mark("\xEF\xBB\xBF"
                                    "a"),
            "a");
  EXPECT_EQ(without_byte_order_mark("\xEF\xBB\xBF\xEF\xBB\xBF"), kByteOrderMark);
  EXPECT_EQ(without_byte_order_mark("a\xEF\xBB\xBF"), "a\xEF\xBB\xBF");
  EXPECT_EQ(without_byte_order_mark(""), "");
}

TEST(Counts, TakeAnSUnlessThereIsOne) {
  EXPECT_EQ(counted(1, "frame"), "1 frame");
  EXPECT_EQ(counted(0, "frame"), "0 frames");
  EXPECT_EQ(counted(15, "frame"), "15 frames");
}

TEST(ControlCharacters, AreThoseOfAscii) {
  for (const char c : {'\0', '\t', '\n', '\x1f', '\x7f'}) EXPECT_TRUE(is_control(c)) << int{c};
  for (const char c : {' ', '~', '\x80', '\xff'}) EXPECT_FALSE(is_control(c)) << int{c};
}

}  // namespace
}  // namespace spectradiff
