#include "spectradiff/timeline/expression.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <clocale>
#include <cmath>

#include "song.h"

namespace spectradiff {
namespace {

using testing::AllOf;
using testing::HasSubstr;

double value_of(const std::string& text) {
  return Expression(text, {}).evaluate({});
}

struct Known {
  const char* text;
  double value;
};

void PrintTo(const Known& known, std::ostream* out) {
  *out << known.text;
}

class KnownAnswer : public testing::TestWithParam<Known> {};

TEST_P(KnownAnswer, IsGiven) {
  EXPECT_DOUBLE_EQ(value_of(GetParam().text), GetParam().value) << GetParam().text;
}

INSTANTIATE_TEST_SUITE_P(
    Operators, KnownAnswer,
    testing::Values(Known{"1+2*3", 7}, Known{"(1+2)*3", 9}, Known{"7-2-1", 4}, Known{"8/4/2", 1},
                    Known{"2^3^2", 512}, Known{"-2^2", -4}, Known{"2^-1", 0.5}, Known{"2*-3", -6},
                    Known{"+3", 3}, Known{"7%3", 1}, Known{"-1 % 4", 3}, Known{"2*7%4", 2}, Known{"1<2", 1},
                    Known{"2<=1", 0}, Known{"3>=3", 1}, Known{"1!=1", 0}, Known{"1==1", 1}, Known{"!3", 0},
                    Known{"!0 == 1", 1}, Known{"1 && 0 || 1", 1}, Known{"0 || 0 && 1", 0},
                    Known{"1 ? 2 : 3", 2}, Known{"0 ? 2 : 3", 3}, Known{"0 ? 1 : 0 ? 2 : 3", 3},
                    Known{"1 ? 0 ? 4 : 5 : 6", 5}, Known{"1e3 + 1.5E-1", 1000.15}, Known{".5*2", 1},
                    Known{"2*pi", 6.283185}, Known{"1/3", 0.333333}, Known{"1\n+\t2", 3}));

INSTANTIATE_TEST_SUITE_P(
    Functions, KnownAnswer,
    testing::Values(Known{"abs(-3)", 3}, Known{"sign(-3)+sign(0)", -1}, Known{"floor(-1.5)", -2},
                    Known{"ceil(1.2)", 2}, Known{"round(2.5)", 3}, Known{"frac(-0.25)", 0.75},
                    Known{"mod(-1,4)", 3}, Known{"sqrt(16)", 4}, Known{"pow(2,10)", 1024}, Known{"exp(0)", 1},
                    Known{"log(exp(2))", 2}, Known{"log2(8)", 3}, Known{"log10(1000)", 3},
                    Known{"sin(pi/2)", 1}, Known{"cos(pi)", -1}, Known{"tan(pi/4)", 1},
                    Known{"min(3,1,2)", 1}, Known{"max(3,1,2,9)", 9}, Known{"clamp(5,0,1)", 1},
                    Known{"clamp(-5,0,1)", 0}, Known{"mix(2,4,0.25)", 2.5}, Known{"lerp(2,4,0.5)", 3},
                    Known{"remap(5,0,10,1,2)", 1.5}, Known{"step(0.5,0.4)", 0}, Known{"step(0.5,0.5)", 1},
                    Known{"smoothstep(0,2,1)", 0.5}, Known{"smoothstep(0,1,0.25)", 0.15625},
                    Known{"smoothstep(0,1,7)", 1}, Known{"decay(0,2)", 1}, Known{"decay(4,2)", 0.25}));

INSTANTIATE_TEST_SUITE_P(Easing, KnownAnswer,
                         testing::Values(Known{"in_quad(0.5)", 0.25}, Known{"out_quad(0.5)", 0.75},
                                         Known{"inout_quad(0.25)", 0.125}, Known{"inout_quad(0.75)", 0.875},
                                         Known{"in_cubic(0.5)", 0.125}, Known{"in_quart(0.5)", 0.0625},
                                         Known{"in_expo(0.5)", 0.030303}, Known{"in_circ(0.6)", 0.2},
                                         Known{"in_sine(1/3)", 0.133975}, Known{"out_sine(2/3)", 0.866025},
                                         Known{"in_back(0.5)", -0.087698}, Known{"in_quad(-1)", 0},
                                         Known{"out_expo(2)", 1}));

INSTANTIATE_TEST_SUITE_P(Oscillators, KnownAnswer,
                         testing::Values(Known{"sine(0)", 0}, Known{"sine(0.25)", 0.5}, Known{"sine(0.5)", 1},
                                         Known{"sine(-7.5)", 1}, Known{"tri(0.25)", 0.5},
                                         Known{"tri(0.5)", 1}, Known{"tri(0.75)", 0.5},
                                         Known{"saw(1.25)", 0.25}, Known{"square(0.49)", 1},
                                         Known{"square(0.5)", 0}, Known{"pulse(0.1,0.2)", 1},
                                         Known{"pulse(3.3,0.2)", 0}));

TEST(Easing, RunsFromZeroToOne) {
  for (const FunctionGroup& group : expression_functions()) {
    if (!group.title.starts_with("easing")) continue;
    EXPECT_EQ(group.calls.size(), 21u);
    for (const std::string& call : group.calls) {
      const std::string name = call.substr(0, call.find('('));
      EXPECT_EQ(value_of(name + "(0)"), 0) << name;
      EXPECT_EQ(value_of(name + "(1)"), 1) << name;
    }
  }
}

TEST(BeatLockedShapes, AreThoseOfScope) {
  // phi: 0, 1/4, 1/2, 3/4, and the next period's beginning.
  const auto shape = [](const char* name) {
    std::vector<double> found;
    for (const double p : {0.0, 0.25, 0.5, 0.75, 3.0}) {
      const Expression expression(std::string(name) + "(" + std::to_string(p) + ")", {});
      found.push_back(expression.evaluate({}));
    }
    return found;
  };
  const auto near = [](std::vector<double> values) {
    return testing::Pointwise(testing::DoubleNear(1e-6), values);
  };
  EXPECT_THAT(shape("osc_sine"), near({0, 1, 0, -1, 0}));
  EXPECT_THAT(shape("osc_cosine"), near({1, 0, -1, 0, 1}));
  EXPECT_THAT(shape("osc_tri"), near({0, 1, 0, -1, 0}));
  EXPECT_THAT(shape("osc_saw"), near({-1, -0.5, 0, 0.5, -1}));
  EXPECT_THAT(shape("osc_square"), near({1, 1, -1, -1, 1}));
  EXPECT_THAT(shape("osc_decay"),
              near({1, std::exp(-0.25 / 0.15), std::exp(-0.5 / 0.15), std::exp(-0.75 / 0.15), 1}));
}

TEST(Noise, IsTheSameForASeedAndSmoothAndSpreadOverItsRange) {
  EXPECT_EQ(value_of("noise(3.7, 5)"), value_of("noise(3.7, 5)"));
  EXPECT_NE(value_of("noise(3.7, 5)"), value_of("noise(3.7, 6)"));
  EXPECT_EQ(value_of("noise(3.7)"), value_of("noise(3.7, 0)"));
  EXPECT_EQ(value_of("noise(4, 5)"), value_of("rand(4, 5)"));
  const Expression noise("noise(t, 1)", {});
  const Expression random("rand(t, 1)", {});
  double lowest = 1, highest = 0, sum = 0, before = noise.evaluate(std::array{-50.0});
  constexpr int kSteps = 10000;
  for (int i = 1; i <= kSteps; ++i) {
    const double x = -50 + i * 0.01;
    const double value = noise.evaluate(std::array{x});
    EXPECT_NEAR(value, before, 0.02);
    before = value;
    const double die = random.evaluate(std::array{static_cast<double>(i)});
    lowest = std::min(lowest, die);
    highest = std::max(highest, die);
    sum += die;
  }
  EXPECT_LT(lowest, 0.01);
  EXPECT_GT(highest, 0.99);
  EXPECT_NEAR(sum / kSteps, 0.5, 0.02);
}

TEST(Noise, IsTheSameOnEveryMachine) {
  EXPECT_DOUBLE_EQ(value_of("rand(0)"), 0.652448);
  EXPECT_DOUBLE_EQ(value_of("rand(1, 2)"), 0.876676);
  EXPECT_DOUBLE_EQ(value_of("rand(-3, 7)"), 0.678827);
}

TEST(Expression, ReadsItsInputsInOrder) {
  const std::vector<std::string> signals = {"kick"};
  const Expression expression("kick + 2*at(onset, -2f) - band(40, 120)*kick", signals);
  ASSERT_EQ(expression.inputs().size(), 3u);
  EXPECT_EQ(expression.inputs()[0].name, "kick");
  EXPECT_EQ(expression.inputs()[1].name, "onset");
  EXPECT_EQ(expression.inputs()[1].offset.value, -2);
  EXPECT_EQ(expression.inputs()[1].offset.unit, MusicTime::Unit::frames);
  EXPECT_EQ(expression.inputs()[2].name, "band:40:120");
  EXPECT_EQ(expression.evaluate(std::array{1.0, 10.0, 100.0}), 1 + 20 - 100);
  EXPECT_TRUE(Expression("2*sin(1)", {}).is_constant());
}

TEST(Expression, IsRoundedToMillionths) {
  EXPECT_EQ(Expression("t/3", {}).evaluate(std::array{1.0}), 0.333333);
  EXPECT_TRUE(std::isinf(Expression("1/t", {}).evaluate(std::array{0.0})));
  EXPECT_TRUE(std::isnan(Expression("0/t", {}).evaluate(std::array{0.0})));
}

class WrongExpression : public testing::TestWithParam<Wrong> {};

TEST_P(WrongExpression, IsRefusedWithItsPlace) {
  const std::vector<std::string> signals = {"kick"};
  const std::string reason = refusal([&] { Expression(GetParam().text, signals); });
  EXPECT_THAT(reason, HasSubstr("column " + std::to_string(GetParam().column) + ":"));
  EXPECT_THAT(reason, HasSubstr(GetParam().words));
}

INSTANTIATE_TEST_SUITE_P(
    Texts, WrongExpression,
    testing::Values(Wrong{"", 1, "value is missing"}, Wrong{"  ", 3, "value is missing"},
                    Wrong{"1 +", 4, "value is missing"}, Wrong{"1 + * 2", 5, "value is missing before *"},
                    Wrong{"1 2", 3, "operator is missing before 2"}, Wrong{"(1", 1, "never closed"},
                    Wrong{"1)", 2, "has no ( before it"}, Wrong{"()", 2, "value is missing"},
                    Wrong{"min()", 5, "does not take 0"}, Wrong{"min(1)", 6, "does not take 1 argument"},
                    Wrong{"abs(1,2)", 8, "does not take 2"}, Wrong{"noise(1,2,3)", 12, "does not take 3"},
                    Wrong{"sin", 1, "sin is a function"}, Wrong{"onset(2)", 1, "not a function"},
                    Wrong{"0.5 + onst", 7, "did you mean 'onset'"}, Wrong{"kik", 1, "did you mean 'kick'"},
                    Wrong{"clmp(1,2,3)", 1, "did you mean 'clamp'"}, Wrong{"a = 3", 3, "a single ="},
                    Wrong{"t += 3", 4, "a single ="}, Wrong{"1 & 2", 3, "and is written &&"},
                    Wrong{"1 | 2", 3, "or is written ||"}, Wrong{"0x10", 1, "not a plain decimal"},
                    Wrong{"010", 1, "not a plain decimal"}, Wrong{"1e400*t", 1, "not a plain decimal"},
                    Wrong{"2f + 1", 1, "at(NAME, -2f)"}, Wrong{"1e", 1, "decimal"},
                    Wrong{"1.2.3", 4, "one decimal point"}, Wrong{"1,5*t", 2, "decimals have a point"},
                    Wrong{"(1,2)", 3, "comma"}, Wrong{"1 ? 2", 3, "needs its :"}, Wrong{"1 : 2", 3, "no ?"},
                    Wrong{"(1 ? 2)", 4, "needs its :"}, Wrong{"min(1 ? 2, 3)", 10, "before the comma"},
                    Wrong{"--t", 2, "two signs"}, Wrong{"!!t", 2, "two signs"},
                    Wrong{"\"a\"", 1, "no meaning"}, Wrong{"t; 1", 2, "no meaning"},
                    Wrong{"\xC3\xA9 + onst", 1, "\xC3\xA9"}, Wrong{"t + \xC3\xA9", 5, "\xC3\xA9"},
                    Wrong{"at(onset)", 9, ", is expected"}, Wrong{"at(2, 2f)", 4, "name"},
                    Wrong{"at(onset, 2)", 11, "distance in time"},
                    Wrong{"at(onset, t)", 11, "distance in time"}, Wrong{"band(40)", 8, ", is expected"},
                    Wrong{"band(120, 40)", 1, "below its second"}, Wrong{"band(t, 40)", 6, "plain number"},
                    Wrong{"band", 1, "no series"}, Wrong{"rnd", 1, "no series"}, Wrong{"_pi", 1, "no series"},
                    Wrong{"sum(1,2)", 1, "no function"}, Wrong{"\xFF", 1, "UTF-8"}));

TEST(Expression, MarksThePlaceBelowTheText) {
  const std::string reason = refusal([] { Expression("0.5 + onst", {}); });
  EXPECT_THAT(reason, HasSubstr("\n  0.5 + onst\n        ^"));
  const std::string far = refusal([] { Expression(std::string(300, ' ') + "+ +", {}); });
  const size_t caret = far.rfind('^') - far.rfind('\n');
  EXPECT_LT(caret, 70u);
}

TEST(Expression, HasLimits) {
  EXPECT_THAT(refusal([] { Expression("1" + std::string(2000, ' '), {}); }), HasSubstr("at most 2000"));
  const std::string deep = std::string(65, '(') + "1" + std::string(65, ')');
  EXPECT_THAT(refusal([&] { Expression(deep, {}); }),
              AllOf(HasSubstr("column 65:"), HasSubstr("nested 64 deep")));
  EXPECT_EQ(value_of(deep.substr(1, 129)), 1);
  std::string choices = "t";
  for (int i = 0; i < 64; ++i) choices += " ? 1 : t";
  EXPECT_EQ(Expression(choices, {}).evaluate(std::array{1.0}), 1);
}

TEST(Expression, IgnoresTheUsersLocale) {
  const std::string before = std::setlocale(LC_ALL, nullptr);
  std::setlocale(LC_ALL, "de_DE.UTF-8");
  EXPECT_EQ(value_of("0.5 * 1000.25"), 500.125);
  std::setlocale(LC_ALL, before.c_str());
}

}  // namespace
}  // namespace spectradiff
