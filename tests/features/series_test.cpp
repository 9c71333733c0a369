// Known answers for every series, and what holds for all of them.
#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "chroma.h"
#include "expect_error.h"
#include "f_measure.h"
#include "hpss.h"
#include "song.h"

namespace spectradiff {
namespace {

using ::testing::Each;

Features hear(const std::vector<float>& song, const FeatureRequest& wanted, int channels = 1) {
  return analyze_samples(song, {}, channels, kRate, wanted);
}

const std::vector<float>& values(const Features& features, const char* name) {
  return features.find(name)->values;
}

// Notes of half a second each, harmonics falling by half.
std::vector<float> tune(const std::vector<int>& midi_notes) {
  return samples_of(static_cast<int64_t>(midi_notes.size()) * kRate / 2, [&](int64_t i) {
    const int note = midi_notes[static_cast<size_t>(i / (kRate / 2))];
    const double time = static_cast<double>(i) / kRate;
    double value = 0;
    for (int harmonic = 1; harmonic <= 4; ++harmonic) {
      value += std::pow(0.5, harmonic) *
               std::sin(2 * std::numbers::pi * harmonic * 440 * std::pow(2, (note - 69) / 12.0) * time);
    }
    return 0.4 * value * std::exp(-3 * std::fmod(time, 0.5));
  });
}

TEST(Loudness, OfASineIsWhatTheStandardSays) {
  // BS.1770: 997 Hz of full scale in one channel is -3.01 LUFS; another channel adds its power.
  const Features mono = hear(sine(2 * kRate, 997, 0.5, kRate), {.series = {"loudness"}});
  EXPECT_NEAR(values(mono, "loudness")[20], -3.01 - 6.02, 0.05);
  EXPECT_EQ(mono.find("loudness")->unit, "LUFS");
  std::vector<float> stereo;
  for (const float sample : sine(2 * kRate, 997, 0.5, kRate)) stereo.insert(stereo.end(), {sample, sample});
  EXPECT_NEAR(values(hear(stereo, {.series = {"loudness"}}, 2), "loudness")[20], -6.02, 0.05);
}

TEST(Loudness, IsThatOfThe400MillisecondsBefore) {
  std::vector<float> song(3 * kRate);
  const std::vector<float> tone = sine(kRate, 997, 0.5, kRate);
  std::copy(tone.begin(), tone.end(), song.begin() + kRate);
  const Features features = hear(song, {.series = {"loudness"}});
  const std::vector<float>& loudness = values(features, "loudness");
  EXPECT_EQ(loudness[14], -70);
  // One frame of six that fill the window.
  EXPECT_NEAR(loudness[15], -9.03 - 7.78, 0.3);
  EXPECT_NEAR(loudness[20], -9.03, 0.05);
  EXPECT_NEAR(loudness[29], -9.03, 0.05);
  EXPECT_LT(loudness[36], -60);
}

TEST(Moments, OfALineOfTheSpectrumAreItsFrequencyAndNoSpread) {
  // At 14.7 fps a frame is 1500 samples, 2048 with zeros: a line is widened by those alone.
  AnalysisSettings settings;
  settings.fps = Rational(22050, 2048);
  const Features features =
      analyze_samples(sine(2048 * 4, 64 * 22050.0 / 2048, 0.5, kRate), settings, 1, kRate,
                      {.series = {"centroid", "spread", "skewness", "kurtosis"}});
  EXPECT_NEAR(values(features, "centroid")[1], 64 * 22050.0 / 2048, 1);
  EXPECT_LT(values(features, "spread")[1], 100);
}

TEST(Moments, OfNoiseLieInTheMiddle) {
  const Features features =
      hear(noise(kRate, 0.5), {.series = {"centroid", "spread", "skewness", "kurtosis"}});
  EXPECT_NEAR(values(features, "centroid")[5], 5512, 250);
  EXPECT_NEAR(values(features, "spread")[5], 11025 / std::sqrt(12), 150);  // a uniform distribution's
  EXPECT_NEAR(values(features, "skewness")[5], 0, 0.1);
  EXPECT_NEAR(values(features, "kurtosis")[5], 1.8, 0.1);
}

TEST(Energy, OfASineIsHalfItsSquareInItsBandAlone) {
  const Features features = hear(sine(2 * kRate, 100, 0.5, kRate),
                                 {.series = {"bass", "mid", "treble", "band:40:200", "band:300:0.5e3"}});
  for (const char* name : {"bass", "band:40:200"})
    EXPECT_NEAR(values(features, name)[15], 0.125, 0.001) << name;
  for (const char* name : {"mid", "treble", "band:300:0.5e3"})
    EXPECT_LT(values(features, name)[15], 1e-6) << name;
}

TEST(Energy, OfBandsBehindNyquistIsNone) {
  const Features features = hear(noise(kRate, 0.5), {.series = {"band:12000:16000", "band:11000:90000"}});
  EXPECT_THAT(values(features, "band:12000:16000"), Each(0.0f));
  EXPECT_GT(values(features, "band:11000:90000")[5], 0);
}

TEST(HarmonicPercussive, AToneIsHarmonicAndAClickPercussive) {
  std::vector<float> song = sine(4 * kRate, 440, 0.1, kRate);
  const auto click = song.begin() + 2 * kRate + 700;
  for (int i = 0; i < 40; ++i) click[i] += i % 2 == 0 ? 0.5f : -0.5f;
  const Features features = hear(song, {.series = {"harmonic", "percussive"}});
  EXPECT_NEAR(values(features, "harmonic")[15], 0.005, 1e-4);
  EXPECT_LT(values(features, "percussive")[15], 1e-5);
  const std::vector<float>& percussive = values(features, "percussive");
  EXPECT_EQ(std::max_element(percussive.begin(), percussive.end()) - percussive.begin(), 30);
}

// Medians the plain way.
TEST(HarmonicPercussive, EqualsMediansTakenOneByOneAtEveryLength) {
  constexpr int kBins = 37;
  const auto median = [](std::vector<float> window) {
    std::nth_element(window.begin(), window.begin() + 15, window.end());
    return window[15];
  };
  const auto mirrored = [](int index, int count) {
    while (index < 0 || index >= count) index = index < 0 ? -1 - index : 2 * count - 1 - index;
    return index;
  };
  for (const int hops : {1, 2, 7, 8, 15, 16, 17, 31, 40, 100}) {
    const std::vector<float> power = noise(hops * kBins, 1);
    const auto at = [&](int hop, int bin) {
      const float value = power[static_cast<size_t>(mirrored(hop, hops) * kBins + mirrored(bin, kBins))];
      return value * value;
    };
    HarmonicPercussive parts(kBins);
    std::vector<float> column(kBins);
    for (int hop = 0; hop < hops; ++hop) {
      for (int bin = 0; bin < kBins; ++bin) column[static_cast<size_t>(bin)] = at(hop, bin);
      parts.add(column.data());
    }
    parts.finish();
    ASSERT_EQ(parts.harmonic().size(), static_cast<size_t>(hops));
    for (int hop = 0; hop < hops; ++hop) {
      double harmonic = 0;
      double percussive = 0;
      for (int bin = 0; bin < kBins; ++bin) {
        std::vector<float> along, across;
        for (int i = -15; i <= 15; ++i) {
          along.push_back(at(hop + i, bin));
          across.push_back(at(hop, bin + i));
        }
        const double h = median(along);
        const double p = median(across);
        harmonic += at(hop, bin) * std::pow(h / (h + p), 2);
        percussive += at(hop, bin) * std::pow(p / (h + p), 2);
      }
      ASSERT_NEAR(parts.harmonic()[static_cast<size_t>(hop)], harmonic, 1e-4 * harmonic)
          << hops << " " << hop;
      ASSERT_NEAR(parts.percussive()[static_cast<size_t>(hop)], percussive, 1e-4 * percussive) << hops;
    }
  }
}

TEST(Chroma, OfANoteIsInItsPitchClassInEveryOctave) {
  for (const double hz : {110.0, 440.0, 1760.0}) {
    const Features features = hear(sine(2 * kRate, hz, 0.3, kRate), {.all = true});
    for (const std::string& name : series_names()) {
      if (!name.starts_with("chroma_")) continue;
      const float value = features.find(name)->values[15];
      const bool near = name == "chroma_as" || name == "chroma_gs";
      EXPECT_TRUE(name == "chroma_a" ? value > 0.999f : near || value < 0.4f)
          << hz << " " << name << " " << value;
    }
  }
}

TEST(Key, OfAScaleWithItsChordIsFound) {
  const std::pair<std::vector<int>, const char*> tunes[] = {
      {{60, 64, 67, 72, 60, 62, 64, 65, 67, 69, 71, 72, 67, 64, 60, 60}, "C major"},
      {{57, 60, 64, 69, 57, 59, 60, 62, 64, 65, 68, 69, 64, 60, 57, 57}, "A minor"},
      {{66, 70, 73, 78, 66, 68, 70, 71, 73, 75, 77, 78, 73, 70, 66, 66}, "F# major"}};
  for (const auto& [notes, key] : tunes) EXPECT_EQ(hear(tune(notes), {.key = true}).key, key);
}

std::vector<double> begins_of(const std::vector<Section>& sections) {
  std::vector<double> begins;
  for (const Section& section : sections) begins.push_back(section.begin_s);
  return begins;
}

TEST(Sections, OfASongThatAlternatesBeginWhereItDoes) {
  const std::vector<int> calm = {57, 60, 64, 60};
  const std::vector<int> bright = {79, 83, 86, 91};
  std::vector<int> notes;
  std::vector<double> truth = {0};
  for (const bool second : {false, true, false, true}) {
    for (int i = 0; i < 24; ++i) notes.push_back((second ? bright : calm)[static_cast<size_t>(i % 4)]);
    truth.push_back(truth.back() + 12);
  }
  truth.pop_back();
  std::vector<float> song = tune(notes);
  const std::vector<float> hiss = noise(static_cast<int64_t>(song.size()), 0.05);
  for (size_t i = 0; i < song.size(); ++i) {
    if (i / (12 * kRate) % 2 == 1) song[i] = 2 * song[i] + hiss[i];
  }
  const std::vector<Section> sections = hear(song, {.sections = true}).events.sections;
  EXPECT_EQ(f_measure(begins_of(sections), truth, 1.5), 1);
  EXPECT_EQ(sections.back().end_s, 48);
  for (size_t i = 0; i < sections.size(); ++i) {
    EXPECT_EQ(sections[i].label, static_cast<int>(i % 2));
    EXPECT_EQ(sections[i].energy_class, i % 2 == 1 ? SectionEnergy::high : SectionEnergy::low) << i;
    EXPECT_EQ(sections[i].begin_s, i > 0 ? sections[i - 1].end_s : 0);
  }
}

TEST(Sections, OfAnEvenSongAreOne) {
  EXPECT_THAT(begins_of(hear(noise(40 * kRate, 0.3), {.sections = true}).events.sections),
              ::testing::ElementsAre(0));
  EXPECT_THAT(begins_of(hear(tune(std::vector<int>(80, 60)), {.sections = true}).events.sections),
              ::testing::ElementsAre(0));
}

TEST(Series, OfOddSongsAreFinite) {
  const std::pair<const char*, std::vector<float>> songs[] = {{"silence", std::vector<float>(30000)},
                                                              {"one sample", {0.5f}},
                                                              {"offset", std::vector<float>(30000, 0.25f)},
                                                              {"loud", noise(30000, 1e5)},
                                                              {"faint", noise(30000, 1e-9)},
                                                              {"short", noise(100, 0.5)}};
  FeatureRequest wanted{.all = true};
  wanted.series.insert("band:40:120");
  wanted.series.insert(timbre_series_names().begin(), timbre_series_names().end());
  for (const auto& [what, song] : songs) {
    const Features features = hear(song, wanted);
    EXPECT_EQ(features.series.size(), 28u + 148 + 1);
    for (const Series& series : features.series) {
      ASSERT_EQ(series.values.size(), static_cast<size_t>(features.frames)) << series.name;
      for (const float value : series.values) ASSERT_TRUE(std::isfinite(value)) << what << " " << series.name;
    }
    EXPECT_TRUE(std::isfinite(features.tempo_bpm)) << what;
  }
}

TEST(Series, OfSilenceAreZeroAndNothingHappensInIt) {
  const Features features = hear(std::vector<float>(60000), {.all = true});
  for (const Series& series : features.series) {
    EXPECT_THAT(series.values, Each(series.name == "loudness" ? -70.0f : 0.0f)) << series.name;
  }
  EXPECT_EQ(features.tempo_bpm, 0);
  EXPECT_EQ(features.key, "");
  EXPECT_TRUE(features.events.onsets_s.empty());
  EXPECT_TRUE(features.events.beats_s.empty());
  EXPECT_TRUE(features.events.sections.empty());
}

TEST(Series, DoNotDependOnThreadsOrOnWhatElseIsAskedFor) {
  const std::vector<float> song = tune({60, 64, 67, 72, 60, 62, 64, 65});
  const Features all = hear(song, {.all = true, .threads = 1});
  for (const int threads : {2, 3, 16}) {
    const Features again = hear(song, {.all = true, .threads = threads});
    ASSERT_EQ(again.series.size(), all.series.size());
    for (size_t i = 0; i < all.series.size(); ++i) EXPECT_EQ(again.series[i].values, all.series[i].values);
    EXPECT_EQ(again.events.beats_s, all.events.beats_s);
  }
  for (const std::string& name : series_names()) {
    const Features one = hear(song, {.series = {name}});
    ASSERT_EQ(one.series.size(), 1u);
    EXPECT_EQ(one.series[0].values, all.find(name)->values) << name;
  }
}

TEST(Series, ComeInTheOrderOfTheirNames) {
  FeatureRequest wanted{.series = {"band:1:2", "mfcc_3"}, .all = true};
  const Features features = hear(noise(5000, 0.3), wanted);
  ASSERT_EQ(features.series.size(), series_names().size() + 2);
  for (size_t i = 0; i < series_names().size(); ++i) EXPECT_EQ(features.series[i].name, series_names()[i]);
  EXPECT_EQ(features.series.back().name, "mfcc_3");
}

TEST(Series, ThatAreNotKnownAreRefused) {
  EXPECT_ERROR(hear(noise(5000, 0.3), {.series = {"rsm"}}), ErrorKind::usage, "rsm");
}

TEST(Series, AtAnyFrameRateTakeTheNearestHops) {
  AnalysisSettings settings;
  settings.fps = 240;
  const Features features = analyze_samples(sine(kRate, 100, 0.5, kRate), settings, 1, kRate,
                                            {.series = {"bass", "onset", "chroma_a"}});
  for (int64_t frame = 60; frame < 180; ++frame)
    ASSERT_NEAR(values(features, "bass")[static_cast<size_t>(frame)], 0.125, 0.001);
}

}  // namespace
}  // namespace spectradiff
