#include "spectradiff/features/mood.h"

#include <gtest/gtest.h>

#include <random>

#include "song.h"

namespace spectradiff {
namespace {

Mood mood(const std::vector<float>& samples) {
  FeatureRequest wanted;
  add_mood_needs(wanted);
  return mood_of(analyze_samples(samples, {}, 1, 44100, wanted));
}

constexpr int64_t kFourSeconds = 4 * 44100;

// Bursts of noise, `per_second` of them.
std::vector<float> hits(int per_second) {
  std::mt19937 dice(1);
  std::uniform_real_distribution<double> noise(-0.5, 0.5);
  return samples_of(kFourSeconds, [&](int64_t i) {
    const double since = static_cast<double>(i % (44100 / per_second)) / 44100;
    return noise(dice) * std::exp(-40 * since);
  });
}

TEST(Mood, OfSilenceIsCalmAndInTheMiddle) {
  const Mood found = mood(std::vector<float>(kFourSeconds));
  EXPECT_EQ(found.energy, 0);
  EXPECT_EQ(found.brightness, 0.5);
}

TEST(Mood, IsBrighterTheHigherASineLies) {
  double last = -1;
  for (const double hz : {200.0, 800.0, 3200.0}) {
    const double brightness = mood(sine(kFourSeconds, hz, 0.3)).brightness;
    EXPECT_GT(brightness, last) << hz;
    last = brightness;
  }
}

TEST(Mood, CountsOnsetsAsEnergy) {
  EXPECT_NEAR(mood(hits(2)).energy, 0.5 * 2 / 5, 0.06);
  EXPECT_NEAR(mood(hits(4)).energy, 0.5 * 4 / 5, 0.06);
  EXPECT_GT(mood(hits(9)).energy, 0.5);
}

TEST(Mood, OfADenseSongIsDrivingAtAnyLevel) {
  std::mt19937 dice(2);
  std::uniform_real_distribution<double> noise(-0.3, 0.3);
  const std::vector<float> over = hits(2);
  for (const double gain : {1.0, 0.01}) {
    const std::vector<float> wall = samples_of(
        kFourSeconds, [&](int64_t i) { return gain * (noise(dice) + 0.3 * over[static_cast<size_t>(i)]); });
    EXPECT_GT(mood(wall).energy, 0.6) << gain;
  }
}

TEST(Mood, OfASteadyToneIsCalm) {
  EXPECT_LT(mood(sine(kFourSeconds, 220, 0.3)).energy, 0.1);
}

}  // namespace
}  // namespace spectradiff
