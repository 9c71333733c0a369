#include "spectradiff/timeline/signals.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "song.h"

namespace spectradiff {
namespace {

using testing::AllOf;
using testing::DoubleNear;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pointwise;

using Texts = std::map<std::string, std::string>;

std::vector<double> shaped(const std::string& stages, std::vector<double> values) {
  Signal("onset | " + stages, {}).shape(values, Rational(10), 120);
  return values;
}

TEST(Stages, EnvFollowsWithItsTimeConstants) {
  const double followed = 1 - std::exp(-0.5);
  EXPECT_THAT(shaped("env 0f 2f", {0, 1, 0, 0}),
              Pointwise(DoubleNear(1e-12), {0.0, 1.0, 1 - followed, (1 - followed) * (1 - followed)}));
  EXPECT_THAT(shaped("env 2f 0f", {0, 1, 1, 0}),
              Pointwise(DoubleNear(1e-12), {0.0, followed, followed + (1 - followed) * followed, 0.0}));
  EXPECT_EQ(shaped("lag 0.2s", {0, 1, 0}), shaped("env 2f 2f", {0, 1, 0}));
  EXPECT_EQ(shaped("lag 200ms", {0, 1, 0}), shaped("lag 0.4beats", {0, 1, 0}));
}

TEST(Stages, SmoothSpreadsEvenlyAndDelaysNothing) {
  EXPECT_THAT(shaped("smooth 1f", {0, 0, 4, 0, 0}), Pointwise(DoubleNear(1e-12), {0.0, 1.0, 2.0, 1.0, 0.0}));
  EXPECT_THAT(shaped("smooth 3f", {1, 1, 1}), Pointwise(DoubleNear(1e-12), {1.0, 1.0, 1.0}));
  EXPECT_THAT(shaped("smooth 0f", {0, 1, 3}), ElementsAre(0, 1, 3));
}

TEST(Stages, DelayMovesAndHoldsTheEnds) {
  EXPECT_THAT(shaped("delay 1f", {1, 2, 3}), ElementsAre(1, 1, 2));
  EXPECT_THAT(shaped("delay -100ms", {1, 2, 3}), ElementsAre(2, 3, 3));
  EXPECT_THAT(shaped("delay 0.2beats", {1, 2, 3}), ElementsAre(1, 1, 2));
}

TEST(Stages, HoldKeepsThePeakOfItsTime) {
  EXPECT_THAT(shaped("hold 2f", {0, 5, 1, 2, 0, 0, 0}), ElementsAre(0, 5, 5, 5, 2, 2, 0));
  EXPECT_THAT(shaped("hold 1e300s", {3, 1, 2}), ElementsAre(3, 3, 3));
}

TEST(Stages, NormBringsItsPercentileToOne) {
  EXPECT_THAT(shaped("norm", {0, 2, 4}), ElementsAre(0, 0.5, 1));
  EXPECT_THAT(shaped("norm 50", {0, 2, 4}), ElementsAre(0, 1, 1));
  EXPECT_THAT(shaped("norm 75", {0, 2, 4}), Pointwise(DoubleNear(1e-12), {0.0, 2.0 / 3, 1.0}));
  EXPECT_THAT(shaped("norm 25", {0, 0, 0, 8}), ElementsAre(0, 0, 0, 1));
  EXPECT_THAT(shaped("norm 95", {0, 0, 0}), ElementsAre(0, 0, 0));
}

TEST(Stages, ChangeEveryValueByItself) {
  EXPECT_THAT(shaped("gate 0.5", {0.4, 0.5, 1}), ElementsAre(0, 0.5, 1));
  EXPECT_THAT(shaped("pow 2", {-1, 3}), ElementsAre(0, 9));
  EXPECT_THAT(shaped("scale 2 | offset -1", {1, 2}), ElementsAre(1, 3));
  EXPECT_THAT(shaped("clip 0 1", {-1, 0.5, 2}), ElementsAre(0, 0.5, 1));
  EXPECT_THAT(shaped("invert", {0, 0.25}), ElementsAre(1, 0.75));
  EXPECT_THAT(shaped("integrate", {1, 1, 2}), Pointwise(DoubleNear(1e-12), {0.1, 0.2, 0.4}));
}

TEST(Signal, TakesABandASeriesOrAnExpressionAsItsSource) {
  EXPECT_EQ(Signal("band 40 120 | norm", {}).source().inputs()[0].name, "band:40:120");
  EXPECT_EQ(Signal("  rms", {}).source().inputs()[0].name, "rms");
  EXPECT_EQ(Signal("bass > 0.5 || treble > 0.5 | lag 1f", {}).source().inputs().size(), 2u);
  EXPECT_TRUE(Signal("onset | lag 1beat", {}).counts_beats());
  EXPECT_FALSE(Signal("onset | lag 1f", {}).counts_beats());
}

TEST(Signal, KeysGoAlongLinesAndStayBeforeAndBehind) {
  std::vector<double> values(7);
  Signal("keys 0.1s 1, 3f 2, 500ms -2 | scale 2", {}).shape(values, Rational(10), 120);
  EXPECT_THAT(values, Pointwise(DoubleNear(1e-9), {2.0, 2.0, 3.0, 4.0, 0.0, -4.0, -4.0}));
  values.assign(3, 0);
  Signal("keys 1f 0, 1f 5", {}).shape(values, Rational(10), 120);
  EXPECT_THAT(values, ElementsAre(0, 5, 5));
}

class WrongSignal : public testing::TestWithParam<Wrong> {};

TEST_P(WrongSignal, IsRefusedWithItsPlace) {
  const std::string reason = refusal([] { Signal(GetParam().text, {}); });
  EXPECT_THAT(reason, HasSubstr("column " + std::to_string(GetParam().column) + ":"));
  EXPECT_THAT(reason, HasSubstr(GetParam().words));
}

INSTANTIATE_TEST_SUITE_P(
    Texts, WrongSignal,
    testing::Values(
        Wrong{"", 1, "value is missing"}, Wrong{"onst", 1, "did you mean 'onset'"},
        Wrong{"| lag 1f", 1, "value is missing"}, Wrong{"onset |", 8, "a stage is missing"},
        Wrong{"onset | | norm", 8, "a stage is missing"}, Wrong{"onset | evn 1f 2f", 9, "did you mean 'env'"},
        Wrong{"onset | env 1f", 9, "env 1f 6f"}, Wrong{"onset | lag 1", 13, "not a time"},
        Wrong{"onset | lag -1f", 13, "not a time"}, Wrong{"onset | pow x", 13, "plain decimal"},
        Wrong{"onset | norm 0", 14, "percentile"}, Wrong{"onset | norm 101", 14, "percentile"},
        Wrong{"norm(onset, 0)", 13, "percentile"}, Wrong{"norm(onset, 95, 2)", 17, "distance in time"},
        Wrong{"rel(onset, -1s)", 12, "above 0"}, Wrong{"rel(onset)", 10, ", is expected"},
        Wrong{"quantize(onset, 2s)", 17, "number of beats or bars"},
        Wrong{"norm(1, 95)", 6, "name of a series"}, Wrong{"2*norm", 3, "norm(onset"},
        Wrong{"onset | norm 95 2", 17, "not a time"}, Wrong{"keys 1 2", 6, "not a time"},
        Wrong{"keys 1s 2, 3s", 11, "a time and a number"}, Wrong{"keys 1beat 2", 6, "not a time"},
        Wrong{"keys 1s x", 9, "plain decimal"}, Wrong{"onset | invert 1", 9, "write it as invert"},
        Wrong{"band 40", 1, "two frequencies"}, Wrong{"band 120 40", 6, "below its second"},
        Wrong{"band a 40", 6, "plain decimal"}, Wrong{"onset | lag 1f + 2", 9, "lag TIME"}));

TEST(SignalSet, KnowsItsSignalsByName) {
  const SignalSet signals({{"kick", "band 40 120 | norm 95"}, {"pump", "kick | invert"}});
  EXPECT_THAT(signals.names(), ElementsAre("kick", "pump"));
  EXPECT_NE(signals.find("pump"), nullptr);
  EXPECT_EQ(signals.find("snare"), nullptr);
}

TEST(SignalSet, RefusesNamesThatAreTakenOrNone) {
  for (const char* name : {"onset", "t", "beats", "clamp", "pi", "at", "band", "mel_3", "chroma_cs"})
    EXPECT_THAT(refusal([&] { SignalSet(Texts{{name, "rms"}}); }), HasSubstr("means something already"))
        << name;
  for (const char* name : {"", "Kick", "2nd", "a b", "a-b", "band:40:120"})
    EXPECT_THAT(refusal([&] { SignalSet(Texts{{name, "rms"}}); }), HasSubstr("cannot be the name")) << name;
}

TEST(SignalSet, RefusesSignalsThatNeedThemselves) {
  EXPECT_THAT(refusal([] { SignalSet(Texts{{"a", "a | lag 1f"}}); }), HasSubstr("a depends on itself"));
  EXPECT_THAT(refusal([] { SignalSet(Texts{{"a", "b"}, {"b", "at(a, -1f) + rms"}, {"c", "rms"}}); }),
              AllOf(HasSubstr("depends on itself"), HasSubstr("a, b")));
}

TEST(SignalSet, NamesTheSignalThatIsWrong) {
  EXPECT_THAT(refusal([] { SignalSet(Texts{{"kick", "onst"}}); }),
              AllOf(HasSubstr("kick = onst is wrong at column 1"), HasSubstr("\n  onst\n  ^")));
}

TEST(SignalSet, TakesSoManyAndNoMore) {
  Texts texts;
  for (size_t i = 0; i < kMaxSignals; ++i) texts["s" + std::to_string(i)] = "rms";
  EXPECT_EQ(SignalSet(texts).names().size(), kMaxSignals);
  texts["one_more"] = "rms";
  EXPECT_THAT(refusal([&] { SignalSet{texts}; }),
              HasSubstr("there are 1001 signals, and at most 1000 are taken"));
}

TEST(SignalSet, RefusesALongTextWithoutShowingAllOfIt) {
  const std::string text(1 << 20, '1');
  const std::string reason = refusal([&] { SignalSet(Texts{{"kick", text}}); });
  EXPECT_THAT(reason, HasSubstr("it has 1048576 bytes, and a signal has at most 4000"));
  EXPECT_LT(reason.size(), 500u);
}

// Each reads the next one twice: 2 to the power of 999 ways from the first to the last.
TEST(SignalSet, FollowsALongChainOnce) {
  Texts texts;
  for (size_t i = 0; i < kMaxSignals; ++i) {
    const std::string next = fmt::format("s{:04}", i + 1);
    texts[fmt::format("s{:04}", i)] =
        i + 1 < kMaxSignals ? fmt::format("{} + at({}, -1f)", next, next) : "rms";
  }
  const SignalSet signals(texts);
  FeatureRequest request;
  signals.add_needs(Expression("s0000", signals.names()), request);
  EXPECT_THAT(request.series, ElementsAre("rms"));
  texts["s0999"] = "s0500";
  EXPECT_THAT(refusal([&] { SignalSet{texts}; }),
              AllOf(HasSubstr("s0000 depends on itself"), HasSubstr("…")));
}

TEST(SignalSet, SaysWhatMustBeHeard) {
  const SignalSet signals({{"kick", "band 40 120 | lag 1beat"}, {"pump", "kick*rms"}});
  FeatureRequest request;
  signals.add_needs(Expression("pump + t", signals.names()), request);
  EXPECT_THAT(request.series, ElementsAre("band:40:120", "rms"));
  EXPECT_TRUE(request.beats);
  EXPECT_FALSE(request.onsets);
  FeatureRequest plain;
  signals.add_needs(Expression("t + f + dur", signals.names()), plain);
  EXPECT_TRUE(plain.series.empty());
  EXPECT_FALSE(plain.beats);
  signals.add_needs(Expression("since_onset + bar_index", signals.names()), plain);
  EXPECT_TRUE(plain.onsets && plain.beats);
  EXPECT_THAT(plain.series, ElementsAre("bar_phase", "beat_phase"));
}

}  // namespace
}  // namespace spectradiff
