#include "spectradiff/base/rational.h"

#include <gtest/gtest.h>

#include <limits>

#include "expect_error.h"

namespace spectradiff {
namespace {

constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
constexpr int64_t kMin = std::numeric_limits<int64_t>::min();

TEST(Rational, IsKeptInLowestTermsWithAPositiveDenominator) {
  EXPECT_EQ(Rational(30, 2).text(), "15/1");
  EXPECT_EQ(Rational(6, -4).text(), "-3/2");
  EXPECT_EQ(Rational(-6, -4).text(), "3/2");
  EXPECT_EQ(Rational(0, -7).text(), "0/1");
  EXPECT_EQ(Rational(kMin, kMin).text(), "1/1");
  EXPECT_EQ(Rational(kMin, 2).num, kMin / 2);
  EXPECT_ERROR(Rational(1, 0), ErrorKind::internal, "1/0");
  EXPECT_ERROR(Rational(1, kMin), ErrorKind::internal, "64 bits");
}

TEST(Rational, IsSaidAsPeopleWriteRates) {
  EXPECT_EQ(Rational(15).short_text(), "15");
  EXPECT_EQ(Rational(30000, 1001).short_text(), "30000/1001");
  EXPECT_EQ(Rational(15).number_text(), "15");
  EXPECT_EQ(Rational(25, 2).number_text(), "12.5");
  EXPECT_EQ(Rational(30000, 1001).number_text(), "29.97");
  EXPECT_EQ(Rational(24000, 1001).number_text(), "23.976");
  EXPECT_EQ(Rational(120000, 1001).number_text(), "119.88");
}

TEST(Rational, ComparesExactly) {
  EXPECT_LT(Rational(30000, 1001), Rational(30));
  EXPECT_GT(Rational(kMax, 2), Rational(kMax - 1, 2));
  EXPECT_LT(Rational(-1, 2), Rational(-1, 3));
  EXPECT_EQ(Rational(2, 4), Rational(1, 2));
}

TEST(MulDiv, FloorsAndCeilsTowardsTheirInfinities) {
  EXPECT_EQ(mul_div_floor(7, 3, 2), 10);
  EXPECT_EQ(mul_div_ceil(7, 3, 2), 11);
  EXPECT_EQ(mul_div_floor(-7, 3, 2), -11);
  EXPECT_EQ(mul_div_ceil(-7, 3, 2), -10);
  EXPECT_EQ(mul_div_floor(6, 1, 3), 2);
  EXPECT_EQ(mul_div_ceil(6, 1, 3), 2);
  EXPECT_EQ(mul_div_floor(kMax, kMax, kMax), kMax);
  EXPECT_EQ(mul_div_floor(kMin, kMax, kMax), kMin);
  EXPECT_ERROR(mul_div_floor(kMax, 2, 1), ErrorKind::internal, "64 bits");
}

TEST(ParseRational, ReadsIntegersDecimalsAndFractions) {
  EXPECT_EQ(parse_rational("15", "fps"), Rational(15));
  EXPECT_EQ(parse_rational("12.5", "fps"), Rational(25, 2));
  EXPECT_EQ(parse_rational("0.5", "fps"), Rational(1, 2));
  EXPECT_EQ(parse_rational("0.000000001", "fps"), Rational(1, 1000000000));
  EXPECT_EQ(parse_rational("30000/1001", "fps"), Rational(30000, 1001));
  EXPECT_EQ(parse_rational("24/2", "fps"), Rational(12));
  EXPECT_EQ(parse_rational("-0.5", "fps"), Rational(-1, 2));
  EXPECT_EQ(parse_rational("10.0", "fps"), Rational(10));
}

TEST(ParseRational, TakesNtscDecimalsForTheirTrueRates) {
  EXPECT_EQ(parse_rational("29.97", "fps"), Rational(30000, 1001));
  EXPECT_EQ(parse_rational("29.970", "fps"), Rational(30000, 1001));
  EXPECT_EQ(parse_rational("23.976", "fps"), Rational(24000, 1001));
  EXPECT_EQ(parse_rational("59.94", "fps"), Rational(60000, 1001));
  EXPECT_EQ(parse_rational("119.88", "fps"), Rational(120000, 1001));
  EXPECT_EQ(parse_rational("2997/100", "fps"), Rational(2997, 100));
  EXPECT_EQ(parse_rational("29.97002997002997", "fps"), Rational(30000, 1001));
  EXPECT_EQ(parse_rational("29.970029970029970029", "fps"), Rational(30000, 1001));
  EXPECT_EQ(parse_rational("23.976023976", "fps"), Rational(24000, 1001));
  EXPECT_EQ(parse_rational("23.98", "fps"), Rational(24000, 1001));
  EXPECT_EQ(parse_rational("47.952", "fps"), Rational(48000, 1001));
  EXPECT_EQ(parse_rational("239.76", "fps"), Rational(240000, 1001));
  EXPECT_EQ(parse_rational("29.96", "fps"), Rational(2996, 100));
  EXPECT_EQ(parse_rational("23.977", "fps"), Rational(23977, 1000));
  EXPECT_EQ(parse_rational("29.970030", "fps"), Rational(30000, 1001));
}

TEST(ParseRational, RefusesEverythingElse) {
  for (const char* text : {"",
                           " 15",
                           "15 ",
                           "+15",
                           "010",
                           "0x10",
                           "nan",
                           "inf",
                           "1e3",
                           "15,5",
                           ".5",
                           "5.",
                           "1/0",
                           "0/0",
                           "1/-2",
                           "1//2",
                           "/2",
                           "2/",
                           "1/2/3",
                           "1.5/2",
                           "1.0000000001",
                           "99999999999999999999",
                           "9999999999999.999999999",
                           "1.-5",
                           "1.2.3",
                           "ntsc"}) {
    EXPECT_ERROR(parse_rational(text, "fps"), ErrorKind::usage,
                 "fps = '" + std::string(text) + "' is not a rate");
  }
}

TEST(ParseRational, TextReadsBack) {
  for (const Rational& rate : {Rational(15), Rational(30000, 1001), Rational(25, 2)}) {
    EXPECT_EQ(parse_rational(rate.text(), "fps"), rate);
  }
}

}  // namespace
}  // namespace spectradiff
