#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>
#include <string>
#include <vector>

#include "expect_error.h"
#include "song.h"

namespace spectradiff {
namespace {

using ::testing::Each;

int64_t loudest(const float* values, int64_t count) {
  return std::max_element(values, values + count) - values;
}

TEST(LogBins, ASineOfFullScaleAtACentreIsOneThereAndLoudestThere) {
  const Features layout = analyze_samples(sine(10000, 440, 1), {});
  for (int bin = 0; bin < layout.bins; bin += 4) {
    const Features features =
        analyze_samples(sine(44100, layout.bin_frequency_hz[static_cast<size_t>(bin)], 1), {});
    const float* magnitudes = features.frame_magnitudes(7);
    EXPECT_EQ(loudest(magnitudes, features.bins), bin);
    EXPECT_NEAR(magnitudes[bin], 0.96, 0.06) << layout.bin_frequency_hz[static_cast<size_t>(bin)] << " Hz";
  }
}

TEST(LogBins, CentresAreGeometricAndDistinct) {
  const Features features = analyze_samples(sine(10000, 440, 1), {});
  const std::vector<float>& hz = features.bin_frequency_hz;
  ASSERT_EQ(hz.size(), 90u);
  EXPECT_FLOAT_EQ(hz.front(), 30);
  EXPECT_FLOAT_EQ(hz.back(), 16000);
  for (size_t i = 1; i < hz.size(); ++i)
    EXPECT_NEAR(hz[i] / hz[i - 1], std::pow(16000.0 / 30, 1 / 89.0), 1e-5);
}

TEST(LogBins, NeighboursThatShareAnFftBinDiffer) {
  AnalysisSettings settings;
  settings.bins = 256;
  const Features features = analyze_samples(noise(44100, 0.3), settings);
  const float* magnitudes = features.frame_magnitudes(7);
  EXPECT_EQ(std::set<float>(magnitudes, magnitudes + 256).size(), 256u);
}

// White noise: every band holds power in proportion to its width, interpolated bands as if they were one
// noise bandwidth wide.
TEST(LogBins, WideAndNarrowBandsAgreeOnNoise) {
  AnalysisSettings settings;
  settings.fps = 60;
  const Features features = analyze_samples(noise(8 * kSecond, 0.5), settings);
  const double density = 2 * (0.25 / 3) / 22050;  // peak amplitude squared of noise per Hz
  const double ratio = std::pow(16000.0 / 30, 1 / 178.0);
  const double noise_bandwidth_hz = 1.5 * 44100 / 16405;
  for (int bin = 0; bin < features.bins - 1; ++bin) {
    double power = 0;
    for (int64_t frame = 10; frame < features.frames - 10; ++frame)
      power += std::pow(features.frame_magnitudes(frame)[bin], 2);
    power /= static_cast<double>(features.frames - 20);
    const double width_hz = features.bin_frequency_hz[static_cast<size_t>(bin)] * (ratio - 1 / ratio);
    EXPECT_NEAR(10 * std::log10(power / (density * std::max(width_hz, noise_bandwidth_hz))), 0, 2) << bin;
  }
}

TEST(LogBins, OneBinHoldsEverythingBetweenTheLimits) {
  AnalysisSettings settings;
  settings.bins = 1;
  settings.fmin_hz = 100;
  settings.fmax_hz = 1000;
  EXPECT_NEAR(analyze_samples(sine(44100, 900, 0.5), settings).frame_magnitudes(7)[0], 0.5, 0.01);
  // So near the limit that a frame, which tells 22 Hz apart, hears some of it outside.
  EXPECT_NEAR(analyze_samples(sine(44100, 110, 0.5), settings).frame_magnitudes(7)[0], 0.5, 0.04);
  EXPECT_LT(analyze_samples(sine(44100, 1500, 0.5), settings).frame_magnitudes(7)[0], 0.001);
}

TEST(LogBins, FmaxIsLoweredToNyquistAndFminMustBeBelow) {
  AnalysisSettings settings;
  EXPECT_FLOAT_EQ(analyze_samples(sine(9000, 440, 1, 8000), settings, 1, 8000).bin_frequency_hz.back(), 4000);
  settings.fmin_hz = 5000;
  EXPECT_ERROR(analyze_samples(sine(9000, 440, 1, 8000), settings, 1, 8000), ErrorKind::usage, "fmin = 5000");
}

// Quarter-tones over the ten octaves that painter showcqt shows.
AnalysisSettings constant_q_settings() {
  AnalysisSettings settings;
  settings.spacing = BinSpacing::cqt;
  settings.bins = 240;
  settings.fmin_hz = 20.6017;
  settings.fmax_hz = 20495.6;
  settings.window = TimeSpan::milliseconds(170);
  return settings;
}

int strongest_bin(const Features& features, int64_t frame) {
  const float* magnitudes = features.frame_magnitudes(frame);
  return static_cast<int>(std::max_element(magnitudes, magnitudes + features.bins) - magnitudes);
}

TEST(ConstantQ, APitchIsItsBarsAndItsAmplitude) {
  for (const int bar : {0, 30, 122, 180, 238}) {
    const double hz = 20.6017 * std::exp2(bar / 24.0);
    const Features features = analyze_samples(sine(kSecond, hz, 0.5), constant_q_settings());
    EXPECT_NEAR(features.bin_frequency_hz[static_cast<size_t>(bar)], hz, hz * 1e-4);
    EXPECT_EQ(strongest_bin(features, 7), bar);
    EXPECT_NEAR(features.frame_magnitudes(7)[bar], 0.5, 0.005) << bar;
  }
}

// The same number of bars to either side of a pitch hears it, where windows are far shorter than 170 ms.
TEST(ConstantQ, ResolvesHighPitchesAsLowOnes) {
  const auto heard = [](int bar, int away) {
    const Features features =
        analyze_samples(sine(kSecond, 20.6017 * std::exp2(bar / 24.0), 1), constant_q_settings());
    return features.frame_magnitudes(7)[bar + away];
  };
  for (const int away : {-2, -1, 1, 2}) EXPECT_NEAR(heard(170, away), heard(220, away), 0.04) << away;
  EXPECT_LT(heard(170, 4), 0.02);
}

// High bars hear what is short as short, and all of it, wherever in its frame it lies.
TEST(ConstantQ, HearsAClickInItsFrameOnly) {
  AnalysisSettings settings = constant_q_settings();
  std::vector<float> heights;
  for (const int64_t at : {29405, 30000, 30869, 32000, 32335}) {
    const Features features =
        analyze_samples(samples_of(kSecond, [&](int64_t i) { return i == at ? 1.0 : 0.0; }), settings);
    const auto height = [&](int64_t frame) { return features.frame_magnitudes(frame)[230]; };
    heights.push_back(height(10));
    EXPECT_LT(height(8), height(10) * 1e-3) << at;
    EXPECT_LT(height(12), height(10) * 1e-3) << at;
  }
  const auto [least, most] = std::minmax_element(heights.begin(), heights.end());
  EXPECT_GT(*least, *most * 0.6);
}

TEST(SeedSpacing, ASineLandsInItsIndex) {
  const std::vector<int> indices = seed_bin_indices(2205, 90);
  for (const int bin : {0, 33, 60, 88}) {
    const Features features =
        analyze_samples(sine(44100, indices[static_cast<size_t>(bin)] * 20.0, 1), seed_settings(15, 90));
    const float* magnitudes = features.frame_magnitudes(3);
    for (int other = 0; other < 90; ++other) {
      const bool same = indices[static_cast<size_t>(other)] == indices[static_cast<size_t>(bin)];
      EXPECT_NEAR(magnitudes[other], same ? 2205 / 2.0 : 0, 0.01) << bin << " " << other;
    }
    EXPECT_FLOAT_EQ(features.bin_frequency_hz[static_cast<size_t>(bin)],
                    indices[static_cast<size_t>(bin)] * 20.0f);
  }
}

TEST(Frames, CoverTheWholeSongWithItsPartialTail) {
  for (const auto& [samples, frames] : {std::pair{29400, 10}, {29401, 11}, {29399, 10}, {1, 1}, {2940, 1}}) {
    for (const BinSpacing spacing : {BinSpacing::seed, BinSpacing::log, BinSpacing::cqt}) {
      AnalysisSettings settings;
      settings.spacing = spacing;
      const Features features =
          analyze_samples(sine(samples, 440, 0.5), settings, 1, 44100, {.series = {"rms", "onset"}});
      EXPECT_EQ(features.frames, frames) << samples;
      EXPECT_EQ(features.samples, samples);
      EXPECT_EQ(features.magnitudes.size(), static_cast<size_t>(frames) * 90);
      EXPECT_EQ(features.levels.size(), features.magnitudes.size());
      EXPECT_EQ(features.find("rms")->values.size(), static_cast<size_t>(frames));
      EXPECT_EQ(features.find("onset")->values.size(), static_cast<size_t>(frames));
    }
  }
}

TEST(Frames, AClickIsInItsOwnFrameAloneWithSeedSpacing) {
  for (const Rational fps : {Rational(15), Rational(30000, 1001)}) {
    for (const int64_t frame : {int64_t{0}, int64_t{4}, int64_t{9}}) {
      std::vector<float> song(44100);
      const int64_t start = frame_start_sample(frame, 44100, fps);
      song[static_cast<size_t>(start)] = 1;
      const Features features = analyze_samples(song, seed_settings(fps, 90), 1, 44100, {.series = {"rms"}});
      for (int64_t other = 0; other < features.frames; ++other) {
        const float* magnitudes = features.frame_magnitudes(other);
        EXPECT_THAT(std::vector<float>(magnitudes, magnitudes + 90),
                    Each(::testing::FloatNear(other == frame ? 1 : 0, 1e-6)));
      }
      EXPECT_EQ(loudest(features.find("rms")->values.data(), features.frames), frame);
    }
  }
}

TEST(Frames, AClickLightsItsOwnFrameAloneWithLogSpacing) {
  for (const int fps : {15, 30, 60}) {
    const int64_t frame_samples = 44100 / fps;
    for (const double place : {0.0, 0.1, 0.5, 0.9}) {
      std::vector<float> song(44100);
      const int64_t frame = fps / 2;
      song[static_cast<size_t>(frame * frame_samples + std::llround(place * frame_samples))] = 1;
      const Features features = analyze_samples(song, {.fps = fps});
      for (int64_t other = 0; other < features.frames; ++other) {
        const float* levels = features.frame_levels(other);
        const float brightest = *std::max_element(levels, levels + features.bins);
        if (other == frame)
          EXPECT_EQ(brightest, 1) << fps << " fps, at " << place;
        else
          EXPECT_EQ(brightest, 0) << fps << " fps, at " << place << ", frame " << other - frame << " beside";
      }
    }
  }
}

// In a song that goes on beside it, too: the light that a click adds lies in its own frame.
TEST(Frames, AClickInMusicLightsItsOwnFrameWithLogSpacing) {
  const auto song = [](bool clicks) {
    return samples_of(2 * kSecond, [&](int64_t i) {
      const double t = static_cast<double>(i) / kSecond, since = t - 1.0;
      double sum = 0;
      for (const double hz : {110.0, 220.0, 277.2, 329.6, 880.0})
        sum += 0.05 * std::sin(2 * std::numbers::pi * hz * t);
      if (clicks && since >= 0)
        sum += 0.8 * std::sin(2 * std::numbers::pi * 1000 * since) * std::exp(-since / 0.008);
      return sum;
    });
  };
  for (const int fps : {15, 30, 60}) {
    AnalysisSettings settings{.fps = fps};
    settings.normalize = {Normalize::Kind::none, 0};
    const Features without = analyze_samples(song(false), settings);
    const Features with = analyze_samples(song(true), settings);
    const auto light = [](const Features& features, int64_t frame) {
      double sum = 0;
      for (int bin = 0; bin < features.bins; ++bin)
        sum += std::pow(features.frame_levels(frame)[bin], 2.2);  // a painter's mark, as linear light
      return sum;
    };
    double before = 0, rise = 0;
    for (int64_t frame = 0; frame < with.frames; ++frame) {
      const double more = std::max(0.0, light(with, frame) - light(without, frame));
      rise += more;
      if (frame < fps) before += more;
    }
    EXPECT_GT(light(with, fps) - light(without, fps), 0.8 * rise) << fps;
    EXPECT_LT(before, 0.05 * rise) << fps;
  }
}

// The quieter place between them is there in every frame, however the tones beat.
TEST(LogBins, TwoTonesASemitoneApartAreTwo) {
  for (const int fps : {15, 30, 60}) {
    const Features features = analyze_samples(
        samples_of(2 * kSecond,
                   [](int64_t i) {
                     const double turn = 2 * std::numbers::pi * static_cast<double>(i) / kSecond;
                     return 0.3 * (std::sin(turn * 110) + std::sin(turn * 116.54));
                   }),
        {.fps = fps, .bins = 360});
    for (int64_t frame = fps / 2; frame < features.frames - fps / 2; ++frame) {
      const auto near = [&](double hz) {
        const float* magnitudes = features.frame_magnitudes(frame);
        float found = 0;
        for (int bin = 0; bin < features.bins; ++bin)
          if (std::abs(features.bin_frequency_hz[static_cast<size_t>(bin)] - hz) < 1)
            found = std::max(found, magnitudes[bin]);
        return found;
      };
      EXPECT_LT(near(113.2), 0.85 * std::min(near(110), near(116.54))) << fps << " fps, frame " << frame;
    }
  }
}

TEST(Rms, IsThatOfEachFramesOwnSamples) {
  std::vector<float> song(2940 + 100, 0.5f);
  std::fill(song.begin() + 2940, song.end(), -0.25f);
  const Features features = analyze_samples(song, {}, 1, 44100, {.series = {"rms", "peak"}});
  EXPECT_THAT(features.find("rms")->values, ::testing::ElementsAre(0.5f, 0.25f));
  EXPECT_THAT(features.find("peak")->values, ::testing::ElementsAre(0.5f, 0.25f));
}

TEST(Series, AreThoseAskedForAlone) {
  const Features features = analyze_samples(sine(10000, 440, 0.5), {}, 1, 44100, {.series = {"peak"}});
  ASSERT_EQ(features.series.size(), 1u);
  EXPECT_EQ(features.find("peak")->unit, "");
  EXPECT_EQ(features.find("rms"), nullptr);
}

TEST(Series, AreNamed) {
  for (const char* name :
       {"rms", "bar_phase", "chroma_cs", "mel_127", "mfcc_19", "band:40:120", "band:0:20.5"})
    EXPECT_TRUE(is_series_name(name)) << name;
  for (const char* name :
       {"", "RMS", "mel_128", "band:", "band:40", "band:120:40", "band:40:40", "band:-1:3"})
    EXPECT_FALSE(is_series_name(name)) << name;
  EXPECT_EQ(series_names().size(), 28u);
}

TEST(Onset, IsInTheFrameOfEachClickAndNeverBefore) {
  AnalysisSettings settings;
  settings.fps = 30;
  std::vector<float> song = sine(2 * kSecond, 220, 0.1);
  const std::vector<int64_t> clicks = {10, 25, 40};
  for (const int64_t frame : clicks) {
    for (int64_t i = 0; i < 60; ++i)
      song[static_cast<size_t>(frame * 1470 + i)] += 0.5f * (i % 2 == 0 ? 1 : -1);
  }
  const Features features = analyze_samples(song, settings, 1, 44100, {.series = {"onset"}});
  const std::vector<float>& onset = features.find("onset")->values;
  for (const int64_t frame : clicks) {
    EXPECT_GT(onset[static_cast<size_t>(frame)], 0.6f) << frame;
    EXPECT_LT(onset[static_cast<size_t>(frame - 1)], 0.1f) << frame;
  }
  EXPECT_EQ(*std::max_element(onset.begin(), onset.end()), 1.0f);
}

// Where a song breaks off, its windows end in silence and spread: that is no onset.
TEST(Onset, ASongThatBreaksOffEndsWithout) {
  const Features features = analyze_samples(sine(30000, 997, 0.5), {}, 1, 44100, {.series = {"onset"}});
  const std::vector<float>& onset = features.find("onset")->values;
  EXPECT_LT(*std::max_element(onset.begin() + 2, onset.end()), 0.1);
}

TEST(Analyze, ASongOfManyChannelsIsAnalysedAsTheirMean) {
  std::vector<float> stereo;
  const std::vector<float> left = sine(20000, 440, 0.5);
  for (const float sample : left) stereo.insert(stereo.end(), {sample, 0.0f});
  std::vector<float> mono = left;
  for (float& sample : mono) sample /= 2;
  EXPECT_EQ(analyze_samples(stereo, {}, 2).magnitudes, analyze_samples(mono, {}).magnitudes);
}

TEST(Analyze, GivesTheSameTwiceFromOneSource) {
  const TemporaryFolder folder;
  const std::vector<float> song = noise(50000, 0.5);
  write_bytes(folder / "a.wav", wav_bytes<float>({.tag = 3, .bits = 32}, song));
  AudioSource source = AudioSource::open(folder / "a.wav");
  const Features first = analyze(source, {}, {.series = {"onset"}});
  const Features second = analyze(source, {}, {.series = {"onset"}});
  EXPECT_EQ(first.levels, second.levels);
  EXPECT_EQ(first.find("onset")->values, second.find("onset")->values);
}

TEST(Analyze, AcceptsSlowAndFastFrameRates) {
  for (const Rational fps : {Rational(1, 10), Rational(240), Rational(24000, 1001)}) {
    for (const BinSpacing spacing : {BinSpacing::seed, BinSpacing::log, BinSpacing::cqt}) {
      AnalysisSettings settings;
      settings.fps = fps;
      settings.spacing = spacing;
      const Features features =
          analyze_samples(sine(3 * kSecond, 440, 0.5), settings, 1, 44100, {.series = {"rms"}});
      EXPECT_EQ(features.frames, frame_count(3 * kSecond, 44100, fps));
      EXPECT_NEAR(features.find("rms")->values[0], 0.5 / std::sqrt(2), 0.01);
    }
  }
}

TEST(Analyze, AFrameMayLastADay) {
  for (const BinSpacing spacing : {BinSpacing::seed, BinSpacing::log}) {
    AnalysisSettings settings;
    settings.fps = Rational(1, 86400);
    settings.spacing = spacing;
    EXPECT_EQ(analyze_samples(sine(kSecond, 440, 0.5), settings, 1, 44100).frames, 1);
  }
}

TEST(Analyze, RefusesWhatThisSongCannotHave) {
  const std::vector<float> song = sine(10000, 440, 0.5);
  AnalysisSettings settings;
  settings.window = {19, TimeUnit::samples};
  EXPECT_ERROR(analyze_samples(song, settings), ErrorKind::usage,
               "window = 19smp is 19 samples at 44100 Hz; 20 to");
  settings = constant_q_settings();
  settings.window = TimeSpan::milliseconds(1001);
  EXPECT_ERROR(analyze_samples(song, settings), ErrorKind::usage, "20 to 44100 are allowed");
  settings = {};
  settings.bins = 0;
  EXPECT_ERROR(analyze_samples(song, settings), ErrorKind::usage, "bins = 0");
  settings.bins = 4097;
  EXPECT_ERROR(analyze_samples(song, settings), ErrorKind::usage, "1..4096");
}

}  // namespace
}  // namespace spectradiff
