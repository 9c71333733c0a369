#include "level.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "expect_error.h"
#include "fft.h"
#include "song.h"

namespace spectradiff {
namespace {

using ::testing::AllOf;
using ::testing::Each;
using ::testing::Ge;
using ::testing::Le;

std::vector<float> quiet_then_loud(int64_t half) {
  std::vector<float> song = sine(half, 440, 0.05);
  const std::vector<float> loud = sine(half, 440, 0.5);
  song.insert(song.end(), loud.begin(), loud.end());
  return song;
}

TEST(Levels, AreOneReferenceForTheWholeSong) {
  AnalysisSettings settings;
  settings.normalize.value = 100;
  const Features features = analyze_samples(quiet_then_loud(44100), settings);
  const auto bin = std::distance(
      features.bin_frequency_hz.begin(),
      std::lower_bound(features.bin_frequency_hz.begin(), features.bin_frequency_hz.end(), 425.0f));
  EXPECT_NEAR(features.frame_levels(6)[bin] * 10, features.frame_levels(22)[bin], 0.02);
  EXPECT_THAT(features.levels, Each(AllOf(Ge(0.0f), Le(1.0f))));
  EXPECT_GT(features.frame_levels(22)[bin], 0.8f);
}

TEST(Levels, DoNotDependOnHowLoudASongWasMastered) {
  std::vector<float> song = quiet_then_loud(30000);
  const Features loud = analyze_samples(song, {});
  for (float& sample : song) sample *= 0.125f;
  const Features quiet = analyze_samples(song, {});
  for (size_t i = 0; i < loud.levels.size(); ++i) ASSERT_NEAR(loud.levels[i], quiet.levels[i], 1e-4) << i;
}

TEST(Levels, GainIsInDecibels) {
  AnalysisSettings settings;
  settings.normalize = {Normalize::Kind::none};
  const Features plain = analyze_samples(sine(44100, 440, 0.1), settings);
  settings.gain_db = -20;
  const Features damped = analyze_samples(sine(44100, 440, 0.1), settings);
  EXPECT_EQ(plain.reference, 1);
  EXPECT_EQ(plain.levels, plain.magnitudes);
  for (size_t i = 0; i < plain.levels.size(); ++i)
    ASSERT_NEAR(damped.levels[i], 0.1f * plain.levels[i], 1e-6);
}

TEST(Levels, OfDigitalSilenceAreZero) {
  for (const Normalize::Kind kind :
       {Normalize::Kind::percentile, Normalize::Kind::loudness, Normalize::Kind::none}) {
    for (const BinSpacing spacing : {BinSpacing::seed, BinSpacing::log, BinSpacing::cqt}) {
      AnalysisSettings settings;
      settings.spacing = spacing;
      settings.normalize.kind = kind;
      const Features features =
          analyze_samples(std::vector<float>(50000), settings, 1, 44100, {.series = {"rms", "onset"}});
      EXPECT_EQ(features.reference, 0);
      EXPECT_EQ(features.frames, 18);
      EXPECT_THAT(features.levels, Each(0.0f));
      EXPECT_THAT(features.find("rms")->values, Each(0.0f));
      EXPECT_THAT(features.find("onset")->values, Each(0.0f));
    }
  }
}

TEST(Levels, OfADcOffsetAloneAreZero) {
  const Features features = analyze_samples(std::vector<float>(50000, 0.25f), {});
  EXPECT_EQ(features.reference, 0);
  EXPECT_THAT(features.levels, Each(0.0f));
}

TEST(Levels, OfALoneSoundInALongSilenceUseItsMaximum) {
  std::vector<float> song(20 * size_t{44100});
  const std::vector<float> beep = sine(2000, 1000, 0.5);
  std::copy(beep.begin(), beep.end(), song.begin() + 441000);
  AnalysisSettings settings;
  settings.normalize.value = 50;
  const Features features = analyze_samples(song, settings);
  EXPECT_EQ(features.reference, *std::max_element(features.magnitudes.begin(), features.magnitudes.end()));
  EXPECT_EQ(*std::max_element(features.levels.begin(), features.levels.end()), 1.0f);
}

// BS.1770: a sine of 997 Hz and full scale in one channel measures -3.01 LUFS.
TEST(Loudness, ReferenceFollowsTheSongsLoudness) {
  AnalysisSettings settings;
  settings.normalize = {Normalize::Kind::loudness, -14};
  const Features features = analyze_samples(sine(3 * kSecond, 997, 0.5), settings);
  const double loudness = -3.01 + 20 * std::log10(0.5);
  EXPECT_NEAR(20 * std::log10(features.reference), loudness + 14 - 20, 0.05);
  settings.normalize.value = -20;
  EXPECT_NEAR(analyze_samples(sine(3 * kSecond, 997, 0.5), settings).reference / features.reference,
              std::pow(10, 0.3), 1e-6);
}

TEST(Loudness, OfASongTooShortToHaveOneIsRefused) {
  AnalysisSettings settings;
  settings.normalize = {Normalize::Kind::loudness, -14};
  EXPECT_ERROR(analyze_samples(sine(10000, 997, 0.5), settings), ErrorKind::usage, "use percentile:99");
}

TEST(Normalize, PercentileOutsideItsRangeIsRefused) {
  AnalysisSettings settings;
  settings.normalize.value = 101;
  EXPECT_ERROR(analyze_samples(sine(10000, 997, 0.5), settings), ErrorKind::usage, "percentile:101");
}

TEST(FastFftSize, IsTheNextSizeOfOneThreeOrFiveTimesAPowerOfTwo) {
  const std::pair<int, int> cases[] = {{1, 8},   {8, 8},         {9, 10},        {11, 12},
                                       {13, 16}, {16404, 20480}, {16384, 16384}, {20481, 24576}};
  for (const auto& [size, expected] : cases) EXPECT_EQ(fast_fft_size(size), expected) << size;
}

}  // namespace
}  // namespace spectradiff
