// Series that have librosa's names, as tests/oracles/record_librosa_series.py recorded them.
#include <gtest/gtest.h>

#include <cmath>

#include "correlation.h"
#include "recorded_song.h"
#include "song.h"
#include "spectradiff/base/json.h"

namespace spectradiff {
namespace {

class LibrosaSeries : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    recorded_ = new Json(read_json(SPECTRADIFF_TEST_DATA "/librosa_series.json"));
    FeatureRequest wanted;
    for (const auto& [name, values] : recorded_->items()) wanted.series.insert(name);
    heard_ = new Features(hear_recorded_song({}, wanted));
  }
  static void TearDownTestSuite() {
    delete recorded_;
    delete heard_;
  }

  static std::vector<double> expected(const std::string& name) {
    return (*recorded_)[name].get<std::vector<double>>();
  }
  static std::vector<double> heard(const std::string& name) {
    const Series* series = heard_->find(name);
    return {series->values.begin(), series->values.end()};
  }

  static inline Json* recorded_ = nullptr;
  static inline Features* heard_ = nullptr;
};

TEST_F(LibrosaSeries, OfLevelsAreEqual) {
  for (const std::string name : {"mel_level", "mel_power", "centroid_1024", "rms_db"}) {
    const std::vector<double> values = heard(name), oracle = expected(name);
    double largest = 0;
    for (const double value : oracle) largest = std::max(largest, std::abs(value));
    ASSERT_EQ(values.size(), oracle.size());
    for (size_t i = 0; i < oracle.size(); ++i)
      EXPECT_NEAR(values[i], oracle[i], 2e-3 * largest) << name << " " << i;
  }
}

TEST_F(LibrosaSeries, OfNotesAreNearlyEqualEachByItself) {
  for (const std::string note : {"c", "cs", "d", "ds", "e", "f", "fs", "g", "gs", "a", "as", "b"})
    EXPECT_GE(correlation(heard("chroma_cqt_" + note), expected("chroma_cqt_" + note)), 0.98) << note;
}

TEST_F(LibrosaSeries, OfPercussionAreNearlyEqual) {
  for (const std::string name : {"percussive_mel", "percussive_peak"})
    EXPECT_GE(correlation(heard(name), expected(name)), 0.98) << name;
}

}  // namespace
}  // namespace spectradiff
