// The seeds' numbers against NumPy and SciPy, as tests/oracles/record_seed_bins.py recorded them.
#include <gmock/gmock.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "expect_error.h"
#include "song.h"

namespace spectradiff {
namespace {

std::vector<std::vector<double>> read_csv(std::istream& in) {
  std::vector<std::vector<double>> rows;
  for (std::string line; std::getline(in, line);) {
    std::vector<double> row;
    std::istringstream cells(line);
    for (std::string cell; std::getline(cells, cell, ',');) row.push_back(std::stod(cell));
    rows.push_back(std::move(row));
  }
  return rows;
}

// The integer signal that record_seed_bins.py describes: stereo pairs, or the left channel alone.
std::vector<int16_t> recorded_signal(int64_t samples, bool stereo) {
  uint32_t state = 1;
  uint32_t phase = 0;
  uint32_t step = 1u << 22;
  std::vector<int16_t> signal;
  for (int64_t i = 0; i < samples; ++i) {
    phase += step;
    step += 300;
    const int ramp = static_cast<int>(phase >> 15);
    const int triangle = (ramp < 65536 ? ramp : 131071 - ramp) - 32768;
    int noises[2];
    for (int& noise : noises) {
      state = state * 1664525u + 1013904223u;
      noise = static_cast<int>(state >> 16) - 32768;
    }
    signal.push_back(static_cast<int16_t>((triangle >> 1) + (noises[0] >> 3)));
    if (stereo) signal.push_back(static_cast<int16_t>((noises[1] >> 2) + (triangle >> 3)));
  }
  return signal;
}

Features analyze_recorded(bool stereo, const AnalysisSettings& settings) {
  const TemporaryFolder folder;
  const std::vector<int16_t> signal = recorded_signal(19845, stereo);
  write_bytes(folder / "a.wav",
              wav_bytes<int16_t>({.channels = static_cast<uint16_t>(stereo ? 2 : 1)}, signal));
  AudioSource source = AudioSource::open(folder / "a.wav");
  return analyze(source, settings);
}

std::string seed_csv(const Features& features) {
  std::string csv;
  write_seed_csv(features, [&](std::string_view text) { csv += text; });
  return csv;
}

void expect_equals_recorded(const Features& features, const std::string& name) {
  std::ifstream file(SPECTRADIFF_TEST_DATA "/" + name);
  const auto expected = read_csv(file);
  std::istringstream csv(seed_csv(features));
  const auto actual = read_csv(csv);
  ASSERT_EQ(actual.size(), expected.size());
  for (size_t row = 0; row < actual.size(); ++row) {
    ASSERT_EQ(actual[row].size(), expected[row].size());
    for (size_t bin = 0; bin < actual[row].size(); ++bin) {
      ASSERT_NEAR(actual[row][bin], expected[row][bin], 1e-6 * expected[row][bin] + 1e-9)
          << row << " " << bin;
    }
  }
}

TEST(SeedBins, EqualNumPyAtEveryRecordedWindow) {
  std::ifstream file(SPECTRADIFF_TEST_DATA "/seed_indices.csv");
  std::string header;
  std::getline(file, header);
  const auto rows = read_csv(file);
  ASSERT_GT(rows.size(), 900u);
  for (const std::vector<double>& row : rows) {
    const std::vector<int> indices = seed_bin_indices(static_cast<int>(row[0]), static_cast<int>(row[1]));
    uint32_t checksum = 0;
    for (size_t k = 0; k < indices.size(); ++k)
      checksum += static_cast<uint32_t>(k + 1) * static_cast<uint32_t>(indices[k]);
    EXPECT_EQ(indices.size(), row[1]);
    EXPECT_EQ(indices.back(), row[2]) << row[0] << " " << row[1];
    EXPECT_EQ(std::set<int>(indices.begin(), indices.end()).size(), row[3]) << row[0] << " " << row[1];
    EXPECT_EQ(checksum, row[4]) << row[0] << " " << row[1];
  }
}

TEST(SeedBins, StayInsideTheFft) {
  for (int window = 20; window < 5000; ++window) {
    const std::vector<int> indices = seed_bin_indices(window, 90);
    ASSERT_EQ(indices.front(), 10);
    ASSERT_TRUE(std::is_sorted(indices.begin(), indices.end())) << window;
    ASSERT_LE(indices.back(), window / 2) << window;
    ASSERT_GE(indices.back(), window / 2 - 1) << window;
  }
}

TEST(SeedCsv, EqualsSciPyOnAStereoSong) {
  expect_equals_recorded(analyze_recorded(true, seed_settings(15, 256)), "seed_stereo_15.csv");
}

TEST(SeedCsv, EqualsSciPyWhereTheWindowIsLongerThanTheFrame) {
  expect_equals_recorded(analyze_recorded(false, seed_settings(Rational(30000, 1001), 90)),
                         "seed_mono_29_97.csv");
}

TEST(SeedCsv, WritesTheShortestNumbersThatReadBack) {
  const Features features = analyze_recorded(true, seed_settings(15, 4));
  std::istringstream lines(seed_csv(features));
  int64_t frame = 0;
  for (std::string line; std::getline(lines, line); ++frame) {
    std::istringstream cells(line);
    std::string cell;
    for (int bin = 0; bin < 4; ++bin) {
      ASSERT_TRUE(std::getline(cells, cell, ','));
      EXPECT_EQ(std::stof(cell), features.frame_magnitudes(frame)[bin] * 0.5f);
      EXPECT_LE(cell.size(), 14u);
    }
    EXPECT_FALSE(std::getline(cells, cell, ','));
  }
  EXPECT_EQ(frame, features.frames);
}

TEST(SeedCsv, NeedsSeedSpacing) {
  const Features features = analyze_samples(sine(10000, 440, 0.5), {});
  EXPECT_ERROR(seed_csv(features), ErrorKind::internal, "log spacing");
}

}  // namespace
}  // namespace spectradiff
