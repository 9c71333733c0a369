// What librosa and NumPy hear, as tests/oracles/record_librosa.py recorded it.
#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>

#include "f_measure.h"
#include "recorded_song.h"
#include "song.h"
#include "spectradiff/base/json.h"

namespace spectradiff {
namespace {

class Librosa : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    recorded_ = new Json(read_json(SPECTRADIFF_TEST_DATA "/librosa_song.json"));
    FeatureRequest wanted{.all = true};
    for (const auto& [name, values] : (*recorded_)["series"].items()) wanted.series.insert(name);
    heard_ = new Features(hear_recorded_song({}, wanted));
  }
  static void TearDownTestSuite() {
    delete recorded_;
    delete heard_;
  }

  static std::vector<double> recorded(const char* key) {
    return (*recorded_)[key].get<std::vector<double>>();
  }
  // Every frame within `tolerance` times the recorded series' largest value.
  static void expect_near(const std::vector<std::string>& names, double tolerance) {
    for (const std::string& name : names) {
      const auto expected = (*recorded_)["series"][name].get<std::vector<double>>();
      double largest = 0;
      for (const double value : expected) largest = std::max(largest, std::abs(value));
      const Series* series = heard_->find(name);
      ASSERT_NE(series, nullptr) << name;
      ASSERT_EQ(series->values.size(), expected.size()) << name;
      for (size_t i = 0; i < expected.size(); ++i)
        ASSERT_NEAR(series->values[i], expected[i], tolerance * largest) << name << " in frame " << i;
    }
  }

  static inline Json* recorded_ = nullptr;
  static inline Features* heard_ = nullptr;
};

TEST_F(Librosa, SongIsTheRecordedOne) {
  int64_t checksum = 0;
  const std::vector<int16_t> song = recorded_song();
  for (int i = 0; i < kSamples; ++i) checksum += int64_t{song[static_cast<size_t>(i)]} * (i % 1009);
  EXPECT_EQ(checksum, (*recorded_)["checksum"].get<int64_t>());
}

// Both in double precision; seven digits were recorded.
TEST_F(Librosa, MomentsEqualNumPy) {
  expect_near({"centroid", "spread", "skewness", "kurtosis"}, 1e-6);
}

// Decibels are kept to 1/240 dB, of rises of some 20 dB.
TEST_F(Librosa, OnsetStrengthAgrees) {
  expect_near({"onset"}, 5e-4);
}

// Tolerances of 1/240 dB again, of levels and of coefficients of some 50 to 500.
TEST_F(Librosa, MelBandsAndMfccAgree) {
  expect_near({"mel_0", "mel_20", "mel_60", "mel_127", "mfcc_0", "mfcc_1", "mfcc_5", "mfcc_19"}, 2e-4);
}

// Single precision transforms, as librosa's.
TEST_F(Librosa, EnergyOfBandsAgrees) {
  std::vector<std::string> names;
  for (const auto& [name, values] : (*recorded_)["series"].items()) {
    if (name.starts_with("band:")) names.push_back(name);
  }
  ASSERT_EQ(names.size(), 2u);
  expect_near(names, 1e-5);
}

TEST_F(Librosa, HarmonicAndPercussiveEnergyAgree) {
  expect_near({"harmonic", "percussive"}, 1e-5);
}

TEST_F(Librosa, ChromaAgrees) {
  std::vector<std::string> names;
  for (const std::string& name : series_names()) {
    if (name.starts_with("chroma_")) names.push_back(name);
  }
  ASSERT_EQ(names.size(), 12u);
  expect_near(names, 1e-5);
}

// Its wavelets are whole samples long and off their middle by up to one.
TEST_F(Librosa, ConstantQAgreesWithItsWavelets) {
  AnalysisSettings settings;
  settings.spacing = BinSpacing::cqt;
  settings.bins = 73;
  settings.fmin_hz = 55;
  settings.fmax_hz = 55 * 64;
  settings.window = TimeSpan::milliseconds(170);
  const Features heard = hear_recorded_song(settings);
  const auto rows = (*recorded_)["constant_q"].get<std::vector<std::vector<double>>>();
  ASSERT_EQ(rows.size(), 8u);
  double largest = 0;
  for (const auto& row : rows) largest = std::max(largest, *std::max_element(row.begin(), row.end()));
  for (size_t row = 0; row < rows.size(); ++row) {
    const float* magnitudes = heard.frame_magnitudes(static_cast<int64_t>(row) * 17);
    for (size_t bar = 0; bar < 73; ++bar)
      EXPECT_NEAR(magnitudes[bar], rows[row][bar], 0.01 * largest) << "frame " << row * 17 << " bar " << bar;
  }
}

// Each three quarters of a hop, 9 ms, earlier: see kLateHops.
TEST_F(Librosa, OnsetsAreTheSameToAHop) {
  EXPECT_EQ(f_measure(heard_->events.onsets_s, recorded("onsets_s"), 0.012), 1);
}

// 70 ms is what MIREX allows. Weak beats at the ends are left out by other rules: one of 17 may differ.
TEST_F(Librosa, BeatsAndTempoAgree) {
  EXPECT_GE(f_measure(heard_->events.beats_s, recorded("beats_s"), 0.07), 0.95);
  EXPECT_NEAR(heard_->tempo_bpm, (*recorded_)["tempo_bpm"].get<double>(), 1);
}

}  // namespace
}  // namespace spectradiff
