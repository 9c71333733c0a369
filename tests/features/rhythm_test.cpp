// Tempo, beats and what ears correct, on songs whose beats are known.
#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>

#include "beats.h"
#include "even_beats.h"
#include "expect_error.h"
#include "f_measure.h"
#include "song.h"

namespace spectradiff {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

struct Drums {
  double bpm;
  double first_s = 0;
  double swing = 0.5;  // where the second eighth of a beat lies
  double duration_s = 20;
  size_t upbeats = 0;  // before the first bar
  double hats = 0.06;  // how loud, those between beats
  size_t meter = 4;
  bool halfway_faster = false;  // by 40 percent

  std::vector<double> beats() const {
    std::vector<double> times;
    for (double time = first_s; time < duration_s - 0.05;) {
      times.push_back(time);
      time += 60 / (halfway_faster && time >= duration_s / 2 ? 1.4 * bpm : bpm);
    }
    return times;
  }
  // A kick on every beat, a snare on every other (of three beats: a kick on the first, a snare on the
  // others; of seven: on the first and the fifth), a quiet hat on every eighth, a bass note for a bar each.
  std::vector<float> song() const {
    std::vector<float> samples(static_cast<size_t>(duration_s * kRate));
    const std::vector<double> times = beats();
    uint32_t state = 1;
    for (size_t beat = 0; beat < times.size(); ++beat) {
      const size_t place = (beat + meter - upbeats) % meter;
      if (meter % 2 == 0 || place == 0) {
        add(samples, times[beat], 0.15, [](double t) {
          return 0.5 * std::sin(2 * std::numbers::pi * (50 * t - 3 * std::exp(-40 * t))) * std::exp(-25 * t);
        });
      }
      const auto noise = [&](double) {
        state = state * 1664525u + 1013904223u;
        return static_cast<int>(state >> 8) / 8388608.0 - 1;
      };
      if (meter == 3 ? place != 0 : meter == 7 ? place == 4 : place % 2 == 1)
        add(samples, times[beat], 0.12, [&](double t) { return 0.3 * noise(t) * std::exp(-30 * t); });
      for (const double at : {0.0, swing}) {
        const double loud = at > 0 ? hats : 0.06;
        add(samples, times[beat] + at * 60 / bpm, 0.05,
            [&](double t) { return loud * noise(t) * std::exp(-80 * t); });
      }
      constexpr double kBass[] = {55, 82.4, 65.4, 49};
      add(samples, times[beat], 60 / bpm, [&](double t) {
        return 0.1 * std::sin(2 * std::numbers::pi * kBass[(beat + meter - upbeats) / meter % 4] * t) *
               std::min(1.0, 100 * t);
      });
    }
    return samples;
  }

 private:
  template <typename Sound>
  static void add(std::vector<float>& samples, double at_s, double length_s, Sound sound) {
    const auto begin = static_cast<size_t>(at_s * kRate);
    const auto end = std::min(samples.size(), begin + static_cast<size_t>(length_s * kRate));
    for (size_t i = begin; i < end; ++i)
      samples[i] += static_cast<float>(sound(static_cast<double>(i - begin) / kRate));
  }
};

const FeatureRequest kBeats{.series = {"beat", "beat_phase", "bar_phase"}};

Features hear_beats(const std::vector<float>& song, const BeatSettings& corrected = {}) {
  AnalysisSettings settings;
  settings.fps = 30;
  settings.beats = corrected;
  return analyze_samples(song, settings, 1, kRate, kBeats);
}

TEST(Beats, OfDrumsAreFoundAtEveryTempo) {
  for (const Drums& drums :
       {Drums{90}, Drums{120}, Drums{128}, Drums{150}, Drums{120, 0, 0.67}, Drums{105, 0.31}}) {
    const Features features = hear_beats(drums.song());
    EXPECT_GE(f_measure(features.events.beats_s, drums.beats(), 0.07), 0.95) << drums.bpm;
    EXPECT_NEAR(features.tempo_bpm, drums.bpm, 0.01 * drums.bpm);
  }
}

// At 174 beats a minute the beat that people nod to is every other one; either is an answer.
TEST(Beats, OfFastDrumsAreFoundAtTheirTempoOrHalfOfIt) {
  const Drums drums{174};
  const Features features = hear_beats(drums.song());
  const double ratio = features.tempo_bpm / drums.bpm;
  EXPECT_TRUE(std::abs(ratio - 1) < 0.01 || std::abs(ratio - 0.5) < 0.005) << features.tempo_bpm;
  for (const double beat : features.events.beats_s) {
    EXPECT_EQ(f_measure({beat}, {std::round(beat * 174 / 60) * 60 / 174}, 0.07), 1) << beat;
  }
}

TEST(Beats, OfAConstantTempoGiveItToAThousandth) {
  for (const double bpm : {97.3, 126.0, 151.7}) {
    const Drums drums{.bpm = bpm, .duration_s = 40};
    EXPECT_NEAR(hear_beats(drums.song()).tempo_bpm, bpm, 0.001 * bpm);
  }
}

TEST(Beats, AreTheKicksWhereLouderHatsSoundBetweenThem) {
  const Drums drums{.bpm = 126, .hats = 0.4};
  const Features features = hear_beats(drums.song());
  EXPECT_GE(f_measure(features.events.beats_s, drums.beats(), 0.07), 0.95);
}

TEST(Beats, FollowATempoThatChanges) {
  const Drums drums{.bpm = 100, .duration_s = 40, .halfway_faster = true};
  const Features features = hear_beats(drums.song());
  EXPECT_GE(f_measure(features.events.beats_s, drums.beats(), 0.03), 0.9);
  ASSERT_EQ(features.tempos.size(), 2u);
  EXPECT_NEAR(features.tempos[0].bpm, 100, 1);
  EXPECT_NEAR(features.tempos[1].bpm, 140, 1.4);
  EXPECT_NEAR(features.tempos[1].begin_s, 20, 1);
}

TEST(Beats, HaveADoubleOrHalfThatIsTheNextLikelyTempo) {
  const Features features = hear_beats(Drums{120}.song());
  ASSERT_EQ(features.tempo_candidates_bpm.size(), 2u);
  EXPECT_EQ(features.tempo_candidates_bpm[0], features.tempo_bpm);
  const double ratio = features.tempo_candidates_bpm[1] / features.tempo_bpm;
  EXPECT_NEAR(std::abs(std::log2(ratio)), 1, 0.01) << ratio;
}

TEST(Beats, OfAWaltzAreThreeToABar) {
  const Drums drums{.bpm = 140, .duration_s = 30, .meter = 3};
  const Features features = hear_beats(drums.song());
  EXPECT_EQ(features.events.beats_per_bar, 3);
  ASSERT_FALSE(features.events.downbeats.empty());
  const double bar_s = 3 * 60.0 / 140;
  const double first_s = features.events.beats_s[static_cast<size_t>(features.events.downbeats[0])];
  EXPECT_NEAR(std::remainder(first_s, bar_s), 0, 0.07);
}

TEST(Beats, OfSevenEighthsAreSevenToABar) {
  const Drums drums{.bpm = 206, .duration_s = 40, .meter = 7};
  const Features features = hear_beats(drums.song());
  EXPECT_EQ(features.events.beats_per_bar, 7);
  EXPECT_NEAR(features.tempo_bpm, 206, 0.2);
}

TEST(Beats, FollowATempoThatIsGiven) {
  const Drums drums{174};
  const Features features = hear_beats(drums.song(), {.tempo_bpm = 174});
  EXPECT_GE(f_measure(features.events.beats_s, drums.beats(), 0.07), 0.95);
  EXPECT_EQ(features.tempo_bpm, 174);
  const Features half = hear_beats(Drums{120}.song(), {.tempo_bpm = 60});
  EXPECT_NEAR(static_cast<double>(half.events.beats_s.size()), 20, 1);
}

TEST(Beats, BeginWhereTheFirstOneIsSaidToBe) {
  const Drums drums{120};
  const Features features =
      hear_beats(drums.song(), {.first_beat = TimeSpan{Rational(3), TimeUnit::seconds}});
  ASSERT_FALSE(features.events.beats_s.empty());
  EXPECT_EQ(features.events.beats_s.front(), 3);
  EXPECT_NEAR(features.events.beats_s[1], 3.5, 0.05);
  EXPECT_EQ(features.events.downbeats.front(), 0);
  EXPECT_EQ(features.find("bar_phase")->values[90], 0);
}

TEST(Beats, AreAnEvenGridWhenTempoAndFirstOneAreGiven) {
  const Features features = hear_beats(std::vector<float>(kRate * 2),
                                       {.tempo_bpm = 150, .first_beat = TimeSpan::milliseconds(250)});
  ASSERT_EQ(features.events.beats_s.size(), 5u);
  for (size_t i = 0; i < 5; ++i) {
    // A time given in seconds is a whole sample.
    EXPECT_NEAR(features.events.beats_s[i], 0.25 + 0.4 * static_cast<double>(i), 1.0 / kRate);
  }
}

TEST(Beats, BeginTheirBarsWhereTheBassChanges) {
  for (const size_t upbeats : {size_t{0}, size_t{1}, size_t{3}}) {
    Drums drums{120};
    drums.upbeats = upbeats;
    const Features features = hear_beats(drums.song());
    ASSERT_FALSE(features.events.beats_s.empty());
    ASSERT_FALSE(features.events.downbeats.empty());
    const double downbeat_s = features.events.beats_s[static_cast<size_t>(features.events.downbeats.front())];
    EXPECT_NEAR(std::remainder(downbeat_s - static_cast<double>(upbeats) * 0.5, 2), 0, 0.07) << upbeats;
  }
}

TEST(Beats, OfSilenceAreNone) {
  for (const float offset : {0.0f, 0.25f}) {
    const Features features = hear_beats(std::vector<float>(kRate * 3, offset));
    EXPECT_EQ(features.tempo_bpm, 0) << offset;
    EXPECT_TRUE(features.events.beats_s.empty());
    for (const char* name : {"beat", "beat_phase", "bar_phase"})
      EXPECT_THAT(features.find(name)->values, Each(0.0f)) << name;
  }
}

TEST(Beats, OfNoiseAndOfATwoToneDroneAreNone) {
  std::vector<float> noise, drone;
  uint32_t state = 1;
  for (int i = 0; i < 20 * kRate; ++i) {
    state = state * 1664525u + 1013904223u;
    noise.push_back(static_cast<float>(static_cast<int>(state >> 8) / 8388608.0 - 1) * 0.3f);
    const double t = static_cast<double>(i) / kRate;
    drone.push_back(
        static_cast<float>(0.2 * std::sin(2 * std::numbers::pi * 110 * t) * (1 + 0.5 * std::sin(0.7 * t)) +
                           0.2 * std::sin(2 * std::numbers::pi * 165 * t)));
  }
  EXPECT_TRUE(hear_beats(noise).events.beats_s.empty());
  EXPECT_TRUE(hear_beats(drone).events.beats_s.empty());
}

TEST(EvenStretches, ForgiveBeatsThatAreOffMissingOrTooMuch) {
  std::vector<double> beats;
  for (int i = 0; i < 100; ++i) {
    if (i == 40) continue;
    beats.push_back(1 + 0.5 * i + (i % 10 == 3 ? 0.08 : 0.001 * (i % 3)));
    if (i == 70) beats.push_back(beats.back() + 0.25);
  }
  const std::vector<EvenStretch> found = even_stretches(beats);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].begin, 0u);
  EXPECT_EQ(found[0].end, beats.size());
  EXPECT_NEAR(found[0].period_s, 0.5, 1e-5);
  EXPECT_NEAR(found[0].first_s, 1.001, 0.002);
}

TEST(EvenStretches, AreNoneWhereTheTempoWanders) {
  std::vector<double> beats = {0};
  for (int i = 1; i < 100; ++i) beats.push_back(beats.back() + 0.5 + 0.06 * std::sin(0.7 * i));
  EXPECT_TRUE(even_stretches(beats).empty());
}

TEST(BeatSeries, MarkTheFrameOfEachBeatAndRiseToTheNext) {
  AnalysisSettings settings;
  settings.fps = 10;
  const BeatSeries series =
      beat_series({.beats_s = {0.25, 0.75, 1.25}, .downbeats = {1}, .beats_per_bar = 4, .tempo_bpm = 120},
                  settings, 1000, 20);
  EXPECT_THAT(series.beat, ElementsAre(0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0));
  const auto near = [](float value) { return ::testing::FloatNear(value, 1e-5f); };
  EXPECT_THAT(series.beat_phase,
              ElementsAre(near(0.5f), near(0.7f), 0, near(0.1f), near(0.3f), near(0.5f), near(0.7f), 0,
                          near(0.1f), near(0.3f), near(0.5f), near(0.7f), 0, near(0.1f), near(0.3f),
                          near(0.5f), near(0.7f), near(0.9f), near(0.1f), near(0.3f)));
  // The second beat begins a bar of four.
  EXPECT_NEAR(series.bar_phase[2], 0.75, 1e-6);
  EXPECT_EQ(series.bar_phase[7], 0);
  EXPECT_EQ(series.bar_phase[12], 0.25f);
}

TEST(BeatSeries, CountBarsOfAnyLength) {
  const std::vector<int> downbeats = {1, 5, 8};
  EXPECT_DOUBLE_EQ(bar_position(downbeats, 4, -1), -0.5);
  EXPECT_DOUBLE_EQ(bar_position(downbeats, 4, 3), 0.5);
  EXPECT_DOUBLE_EQ(bar_position(downbeats, 4, 6.5), 1.5);
  EXPECT_DOUBLE_EQ(bar_position(downbeats, 4, 14), 3.5);
  EXPECT_EQ(bar_position({}, 4, 3), 0);
}

TEST(BeatsFile, HoldsSecondsOrAudacityLabels) {
  const TemporaryFolder folder;
  write_bytes(folder / "beats.txt", std::string("# by ear\n0.5\r\n\n1\n1.5e0\n99\n"));
  EXPECT_THAT(read_beats(folder / "beats.txt").beats_s, ElementsAre(0.5, 1, 1.5, 99));
  write_bytes(folder / "labels.txt",
              std::string("\xEF\xBB\xBF"
                          "0.250000\t0.250000\tone\n\\\t20.0\t30.0\n0.750000\t0.800000\t\n"));
  EXPECT_THAT(read_beats(folder / "labels.txt").beats_s, ElementsAre(0.25, 0.75));
  const Features features =
      hear_beats(Drums{120}.song(), {.beats_per_bar = 2, .file = folder / "labels.txt"});
  EXPECT_THAT(features.events.beats_s, ElementsAre(0.25, 0.75));
  EXPECT_DOUBLE_EQ(features.tempo_bpm, 120);
}

TEST(BeatsFile, HoldsTimesAsPeopleAndProgramsWriteThem) {
  const TemporaryFolder folder;
  write_bytes(folder / "beats.txt", std::string("0:00.5\n0:59\n1:00\n1:23.25\n1:02:03\n"));
  EXPECT_THAT(read_beats(folder / "beats.txt").beats_s, ElementsAre(0.5, 59, 60, 83.25, 3723));
  write_bytes(folder / "labels.txt", std::string("0,250000\t0,250000\t1\n0,750000\t0,8\tzwei drei\n"));
  EXPECT_THAT(read_beats(folder / "labels.txt").beats_s, ElementsAre(0.25, 0.75));
  EXPECT_THAT(read_beats(folder / "labels.txt").downbeats, ElementsAre());
}

TEST(BeatsFile, MakesBarsOfTheNumbersInIt) {
  const TemporaryFolder folder;
  write_bytes(folder / "beats.txt",
              std::string("0.5\t2\n1\t3\n1.5\t1\n2\t2\n2.5\t3\n3\t1\n3.5\t2\n4\t3\n4.5\t1\n"));
  const std::vector<float> song(5 * kRate);
  const Features features = hear_beats(song, {.file = folder / "beats.txt"});
  EXPECT_EQ(features.events.beats_per_bar, 3);
  EXPECT_THAT(features.events.downbeats, ElementsAre(2, 5, 8));
  EXPECT_THAT(hear_beats(song, {.beats_per_bar = 4, .file = folder / "beats.txt"}).events.downbeats,
              ElementsAre(0, 4, 8));
  write_bytes(folder / "beats.txt", std::string("0.5 1\n1 2\n1.5 1\n2 2\n"));
  EXPECT_EQ(hear_beats(song, {.file = folder / "beats.txt"}).events.beats_per_bar, 2);
}

TEST(BeatsFile, MayReachBehindTheSong) {
  const TemporaryFolder folder;
  write_bytes(folder / "beats.txt", std::string("0.5\n1\n99\n"));
  const Features features = hear_beats(std::vector<float>(2 * kRate), {.file = folder / "beats.txt"});
  EXPECT_THAT(features.events.beats_s, ElementsAre(0.5, 1));
  EXPECT_DOUBLE_EQ(features.tempo_bpm, 120);
  EXPECT_THAT(features.notes,
              ElementsAre(HasSubstr("1 of its 3 beats ignored: after the song's end, 2.00 s")));
}

TEST(BeatsFile, AndFirstBeatAreCheckedEvenWhereNobodyAsksForBeats) {
  const std::vector<float> song = Drums{120}.song();
  AnalysisSettings settings;
  settings.beats.file = "missing.txt";
  EXPECT_ERROR(analyze_samples(song, settings, 1, kRate), ErrorKind::usage, "missing.txt");
  settings.beats = {.first_beat = TimeSpan{Rational(20), TimeUnit::seconds}};
  EXPECT_ERROR(analyze_samples(song, settings, 1, kRate), ErrorKind::usage, "first_beat = 20s comes after");
}

TEST(BeatsFile, ThatCannotBeReadIsRefusedWithItsLine) {
  const TemporaryFolder folder;
  for (const auto& [text, message] : {std::pair{"0.5\nhalf\n", "line 2: \"half\" is not a time;"},
                                      {"1\n0.5\n", "line 2: 0.5 s does not come after"},
                                      {"-1\n", "line 1: \"-1\""},
                                      {"nan\n", "line 1"},
                                      {"0.5 1.0\n", "line 1"}}) {
    write_bytes(folder / "beats.txt", std::string(text));
    EXPECT_ERROR(read_beats(folder / "beats.txt"), ErrorKind::usage, message);
  }
  EXPECT_ERROR(read_beats(folder / "missing.txt"), ErrorKind::usage, "missing.txt");
}

}  // namespace
}  // namespace spectradiff
