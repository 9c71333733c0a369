#include "spectradiff/base/number.h"

#include <gtest/gtest.h>

#include <clocale>
#include <cmath>
#include <limits>

namespace spectradiff {
namespace {

TEST(ParseReal, ReadsPlainDecimals) {
  EXPECT_EQ(parse_real("0"), 0.0);
  EXPECT_EQ(parse_real("0.5"), 0.5);
  EXPECT_EQ(parse_real("-0.5"), -0.5);
  EXPECT_EQ(parse_real("15"), 15.0);
  EXPECT_EQ(parse_real("1e-3"), 1e-3);
  EXPECT_EQ(parse_real("1.5E+2"), 150.0);
  EXPECT_EQ(parse_real("0.1"), 0.1);
  EXPECT_EQ(parse_real("1.7976931348623157e308"), std::numeric_limits<double>::max());
}

TEST(ParseReal, RefusesEverythingElse) {
  for (const char* text :
       {"",   " ",   "nan", "NaN",   "-nan",   "inf", "-inf",  "infinity", "0x1p-1", "0x10", "010",
        "00", "-01", "+1",  "1e400", "-1e400", " 1",  "1 ",    "1\n",      "0,5",    ".5",   "5.",
        "1e", "1e+", "--1", "-",     "1.2.3",  "1f",  "1_000", "1'000",    "e5",     "٣",    "0b1"}) {
    EXPECT_FALSE(parse_real(text).has_value()) << text;
  }
  EXPECT_FALSE(parse_real(std::string_view("1\0", 2)).has_value());
}

TEST(ParseInteger, ReadsTheWholeRangeOfSixtyFourBits) {
  EXPECT_EQ(parse_integer("0"), 0);
  EXPECT_EQ(parse_integer("-3"), -3);
  EXPECT_EQ(parse_integer("9223372036854775807"), std::numeric_limits<int64_t>::max());
  EXPECT_EQ(parse_integer("-9223372036854775808"), std::numeric_limits<int64_t>::min());
}

TEST(ParseInteger, RefusesEverythingElse) {
  for (const char* text : {"", "010", "+1", "1.0", "1e3", "0x10", " 1", "1 ", "9223372036854775808", "-",
                           "nan", "1,000", "00"}) {
    EXPECT_FALSE(parse_integer(text).has_value()) << text;
  }
}

TEST(ParseReal, IgnoresTheUsersLocale) {
  const std::string before = std::setlocale(LC_ALL, nullptr);
  if (std::setlocale(LC_ALL, "de_DE.UTF-8") == nullptr) GTEST_SKIP() << "no German locale here";
  EXPECT_EQ(parse_real("0.5"), 0.5);
  EXPECT_FALSE(parse_real("0,5").has_value());
  EXPECT_EQ(format_real(0.5), "0.5");
  std::setlocale(LC_ALL, before.c_str());
}

TEST(FormatReal, IsShortAndReadsBackExactly) {
  EXPECT_EQ(format_real(0.75), "0.75");
  EXPECT_EQ(format_real(15), "15");
  EXPECT_EQ(format_real(1e-5), "1e-05");
  for (const double value : {0.1, 1.0 / 3, -2.5e-7, 1e22, 5e-324, 1.7976931348623157e308, -0.0}) {
    EXPECT_EQ(parse_real(format_real(value)), value) << format_real(value);
  }
}

TEST(SplitMix64, GivesTheFirstNumberOfThatSeed) {
  EXPECT_EQ(splitmix64(0), 0xE220A8397B1DCDAFu);
  EXPECT_EQ(splitmix64(1234567), 6457827717110365317u);
}

}  // namespace
}  // namespace spectradiff
