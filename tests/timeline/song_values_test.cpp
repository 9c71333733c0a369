#include "spectradiff/timeline/song_values.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <pthread.h>

#include <cmath>
#include <functional>
#include <map>
#include <numeric>

#include "song.h"

namespace spectradiff {
namespace {

using testing::DoubleNear;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pointwise;

TEST(UnitSeries, EnergiesAreDividedByTheirMaximum) {
  for (const char* name : {"rms", "peak", "bass", "mid", "treble", "harmonic", "percussive", "band:40:120"})
    EXPECT_THAT(unit_series({name, "", {1, 2, 4}}), ElementsAre(0.25, 0.5, 1)) << name;
  EXPECT_THAT(unit_series({"rms", "", {0, 0}}), ElementsAre(0, 0));
}

TEST(UnitSeries, LoudnessRunsOverFortyUnitsBelowTheLoudest) {
  EXPECT_THAT(unit_series({"loudness", "LUFS", {-70, -50, -30, -10}}), ElementsAre(0, 0, 0.5, 1));
  EXPECT_THAT(unit_series({"loudness", "LUFS", {-70, -70}}), ElementsAre(0, 0));
}

TEST(UnitSeries, WhatHasNoZeroRunsBetweenItsExtremes) {
  for (const char* name : {"centroid", "spread", "skewness", "kurtosis", "mel_3", "mfcc_0"})
    EXPECT_THAT(unit_series({name, "", {-2, 0, 2}}), ElementsAre(0, 0.5, 1)) << name;
  EXPECT_THAT(unit_series({"centroid", "Hz", {500, 500}}), ElementsAre(0, 0));
}

TEST(UnitSeries, WhatLiesInTheUnitStays) {
  for (const char* name : {"onset", "beat", "beat_phase", "bar_phase", "chroma_cs"})
    EXPECT_THAT(unit_series({name, "", {0, 0.25, 0.5}}), ElementsAre(0, 0.25, 0.5)) << name;
}

TEST(SongValues, CountersCountTheSong) {
  Features features = song_of(3);
  features.samples = 200;
  EXPECT_THAT(values(features, "t"), ElementsAre(0, 0.1, 0.2));
  EXPECT_THAT(values(features, "f"), ElementsAre(0, 1, 2));
  EXPECT_THAT(values(features, "frames"), Each(3));
  EXPECT_THAT(values(features, "dur"), Each(0.25));
  EXPECT_THAT(values(features, "fps"), Each(10));
  EXPECT_THAT(values(features, "tempo"), Each(120));
  features.tempo_bpm = 90;
  EXPECT_THAT(values(features, "tempo"), Each(90));
}

// Beats every 0.4 s from 0.25 s on, three to a bar, the second one begins a bar.
Features beaten_song() {
  Features features = song_of(15);
  features.settings.beats.beats_per_bar = 3;
  features.tempo_bpm = 150;
  features.events.beats_s = {0.25, 0.65, 1.05};
  features.events.downbeats = {1};
  features.events.beats_per_bar = 3;
  Series beat{"beat_phase", "", {}};
  Series bar{"bar_phase", "", {}};
  for (int frame = 0; frame < 15; ++frame) {
    // A beat's own frame has phase 0 although it begins before the beat.
    double position = (frame * 0.1 - 0.25) / 0.4;
    if (std::ceil(position) < position + 0.25 - 1e-9 && std::ceil(position) >= 0 && std::ceil(position) <= 2)
      position = std::ceil(position);
    beat.values.push_back(static_cast<float>(position - std::floor(position)));
    const double in_bars = (position - 1) / 3;
    bar.values.push_back(static_cast<float>(in_bars - std::floor(in_bars)));
  }
  features.series = {beat, bar};
  return features;
}

TEST(SongValues, BeatsAreCountedFromTheFirstAndContinueEvenly) {
  const Features features = beaten_song();
  EXPECT_THAT(values(features, "beat_index"), ElementsAre(-1, -1, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 2));
  EXPECT_THAT(values(features, "bar_index"), ElementsAre(-1, -1, -1, -1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0, 0));
  EXPECT_THAT(values(features, "beats - beat_index - beat_phase"), Each(DoubleNear(0, 2e-6)));
  EXPECT_THAT(values(features, "bars*3 + 1 - beats"), Each(DoubleNear(0, 2e-6)));
  const std::vector<double> beats = values(features, "beats");
  for (size_t i = 1; i < beats.size(); ++i) EXPECT_GT(beats[i], beats[i - 1]);
}

TEST(SongValues, TimeSinceABeatBeginsAtZero) {
  const std::vector<double> since = values(beaten_song(), "since_beat");
  EXPECT_EQ(since[2], 0);
  EXPECT_NEAR(since[3], 0.05, 1e-6);
  EXPECT_NEAR(since[5], 0.25, 1e-6);
  EXPECT_EQ(since[6], 0);
  EXPECT_NEAR(since[14], 0.35, 1e-6);
}

TEST(SongValues, WithoutBeatsNothingIsCounted) {
  const Features features = song_of(3);
  EXPECT_THAT(values(features, "beats"), Each(0));
  EXPECT_THAT(values(features, "bar_index"), Each(0));
  EXPECT_THAT(values(features, "since_beat"), ElementsAre(0, 0.1, 0.2));
}

TEST(SongValues, TimeSinceAnOnset) {
  Features features = song_of(5);
  features.events.onsets_s = {0.15, 0.3};
  EXPECT_THAT(values(features, "since_onset"), Pointwise(DoubleNear(1e-6), {0.0, 0.0, 0.05, 0.0, 0.1}));
}

TEST(SongValues, AnotherTimeIsHeldAtTheSongsEnds) {
  const Features features = song_of(4, {{"onset", "", {0.1f, 0.2f, 0.3f, 0.4f}}});
  EXPECT_THAT(values(features, "at(onset, -1f)"), Pointwise(DoubleNear(1e-6), {0.1, 0.1, 0.2, 0.3}));
  EXPECT_THAT(values(features, "at(onset, 200ms)"), Pointwise(DoubleNear(1e-6), {0.3, 0.4, 0.4, 0.4}));
  EXPECT_THAT(values(features, "at(onset, 1e300s)"), Each(DoubleNear(0.4, 1e-6)));
}

TEST(SongValues, NormDividesByAPercentileOfTheSongOrOfWhatLiesAround) {
  const Features song = song_of(6, {{"onset", "", {0, 0.25F, 0.5F, 0, 1, 0.5F}}});
  EXPECT_THAT(values(song, "norm(onset)"), ElementsAre(0, 0.25, 0.5, 0, 1, 0.5));
  EXPECT_THAT(values(song, "norm(onset, 50)"),
              Pointwise(DoubleNear(1e-6), {0.0, 2.0 / 3, 1.0, 0.0, 1.0, 1.0}));
  // Around: a frame to either side, the larger of three.
  EXPECT_THAT(values(song, "norm(onset, 100, 1f)"),
              Pointwise(DoubleNear(1e-6), {0.0, 0.5, 1.0, 0.0, 1.0, 0.5}));
  EXPECT_THAT(values(song, "norm(onset, 50, 100ms)"),
              Pointwise(DoubleNear(1e-6), {0.0, 1.0, 1.0, 0.0, 1.0, 2.0 / 3}));
  EXPECT_EQ(values(song, "norm(onset, 60, 99s)"), values(song, "norm(onset, 60)"));
  EXPECT_EQ(values(song, "norm(louder, 60)", {{"louder", "onset | scale 3"}}),
            values(song, "norm(onset, 60)"));
  EXPECT_EQ(values(song, "norm(onset, 70, 2f)"), values(song, "same", {{"same", "onset | norm 70 2f"}}));
}

TEST(SongValues, RelIsTheStageOfThatName) {
  const Features song = song_of(5, {{"rms", "", {0, 1, 2, 0, 4}}});
  EXPECT_EQ(values(song, "rel(rms, 0.3s)"), values(song, "same", {{"same", "rms | rel 0.3s"}}));
}

TEST(SongValues, QuantizeChangesOnBeatsAndBarsAlone) {
  // Beats every three frames from frame 2, bars of two.
  Features song = song_of(12, {{"beat_phase", "", {}}, {"bar_phase", "", {}}});
  song.tempo_bpm = 200;
  song.events.beats_s = {0.2, 0.5, 0.8, 1.1};
  song.events.downbeats = {0, 2};
  song.events.beats_per_bar = 2;
  for (int frame = 0; frame < 12; ++frame) {
    song.series[0].values.push_back(static_cast<float>((frame + 1) % 3) / 3);
    song.series[1].values.push_back(static_cast<float>((frame + 4) % 6) / 6);
  }
  EXPECT_THAT(values(song, "quantize(f, 1beat)"), ElementsAre(0, 0, 2, 2, 2, 5, 5, 5, 8, 8, 8, 11));
  EXPECT_THAT(values(song, "quantize(f, 1bar)"), ElementsAre(0, 0, 2, 2, 2, 2, 2, 2, 8, 8, 8, 8));
  EXPECT_EQ(values(song, "quantize(f, 2beats)"), values(song, "quantize(f, 1bar)"));
}

TEST(SongValues, SignalsAreShapedOverTheWholeSong) {
  const Features features = song_of(4, {{"rms", "", {0, 1, 4, 2}}});
  const std::map<std::string, std::string> signals = {{"loud", "rms | delay 1f"}, {"soft", "loud | invert"}};
  EXPECT_THAT(values(features, "soft", signals), ElementsAre(1, 1, 0.75, 0));
  const SignalSet set(signals);
  SongValues song(features, set);
  EXPECT_THAT(song.evaluate(Expression("soft + t*0", set.names()), std::array<int64_t, 2>{3, 2}),
              ElementsAre(0, 0.75));
}

TEST(SongValues, NameTheSignalThatIsNoNumber) {
  const Features features = song_of(4);
  EXPECT_THAT(refusal([&] { values(features, "bad", {{"bad", "1/(f-2)"}}); }),
              HasSubstr("signal bad is inf in frame 2"));
}

// A strength that falls over eight frames again and again, 0.8 down to 0.45.
TEST(SongValues, ExpressABeatTriggeredDecay) {
  const std::vector<double> strength = values(song_of(13), "0.4 + 0.4*(1 - (f-4)%8/8)");
  for (int i = 0; i < 13; ++i)
    EXPECT_NEAR(strength[static_cast<size_t>(i)], 0.4 + 0.4 * (1 - ((i + 4) % 8) / 8.0), 1e-6);
}

// On a thread with the stack that `ulimit -s 256` gives.
TEST(SongValues, FollowALongChainOfSignalsOnASmallStack) {
  std::map<std::string, std::string> texts;
  for (size_t i = 0; i < kMaxSignals; ++i)
    texts[fmt::format("s{:04}", i)] = i + 1 < kMaxSignals ? fmt::format("s{:04} + 1", i + 1) : "rms";
  const SignalSet signals(texts);
  const Features features = song_of(3, {{"rms", "", {0, 1, 1}}});
  std::vector<double> values;
  const std::function<void()> read = [&] { values = SongValues(features, signals).of("s0000"); };
  pthread_attr_t small;
  ASSERT_EQ(::pthread_attr_init(&small), 0);
  ASSERT_EQ(::pthread_attr_setstacksize(&small, 256 << 10), 0);
  pthread_t thread{};
  const auto run = [](void* work) -> void* {
    (*static_cast<const std::function<void()>*>(work))();
    return nullptr;
  };
  ASSERT_EQ(::pthread_create(&thread, &small, run, const_cast<std::function<void()>*>(&read)), 0);
  ::pthread_join(thread, nullptr);
  ::pthread_attr_destroy(&small);
  EXPECT_THAT(values, ElementsAre(999, 1000, 1000));
}

}  // namespace
}  // namespace spectradiff
