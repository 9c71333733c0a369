#include "spectradiff/diffusion/world_noise.h"

#include <gtest/gtest.h>

#include <cmath>

namespace spectradiff {
namespace {

constexpr int kSide = 64;

std::vector<float> seen(const NoiseView& view, uint64_t seed = 7, int channels = 4) {
  return world_noise(seed, view, channels, kSide, kSide);
}

// Mean of the products of what lies `x` and `y` apart in two fields of noise.
double correlation(const std::vector<float>& one, const std::vector<float>& other, int x, int y) {
  double sum = 0;
  int count = 0;
  const auto channels = static_cast<int>(one.size()) / (kSide * kSide);
  for (int channel = 0; channel < channels; ++channel) {
    for (int row = 0; row + y < kSide; ++row) {
      for (int column = 0; column + x < kSide; ++column, ++count) {
        const int at = (channel * kSide + row) * kSide + column;
        sum += one[static_cast<size_t>(at)] * other[static_cast<size_t>(at + y * kSide + x)];
      }
    }
  }
  return sum / count;
}

TEST(WorldNoise, IsWhiteWhateverTheView) {
  NoiseView view;
  double mean = 0, squares = 0, fourth = 0, lags[4] = {};
  int samples = 0, views = 0;
  for (int frame = 0; frame < 500; ++frame) {
    view = moved_on(view, 1.021, 1.7, 0.13, -0.05);
    if (frame % 8 != 0) continue;  // a million samples
    const std::vector<float> noise = seen(view);
    for (const float value : noise) {
      mean += value;
      squares += value * value;
      fourth += value * value * value * value;
    }
    samples += static_cast<int>(noise.size());
    for (int lag = 1; lag <= 3; ++lag)
      lags[lag] += (correlation(noise, noise, lag, 0) + correlation(noise, noise, 0, lag)) / 2;
    ++views;
  }
  EXPECT_GT(view.octave, 10);
  EXPECT_GE(samples, 1'000'000);
  EXPECT_NEAR(mean / samples, 0, 0.004);
  EXPECT_NEAR(squares / samples, 1, 0.01);
  EXPECT_NEAR(fourth / samples, 3, 0.1);
  for (int lag = 1; lag <= 3; ++lag) EXPECT_NEAR(lags[lag] / views, 0, 0.01) << lag;
}

TEST(WorldNoise, AShiftByWholePixelsIsAShift) {
  const NoiseView view{3, 1, 0, 12345678, 87654321};
  const std::vector<float> before = seen(view), after = seen(moved_on(view, 1, 0, 5, -2));
  for (int row = 0; row < kSide - 2; ++row) {
    for (int column = 5; column < kSide; ++column)
      ASSERT_EQ(after[static_cast<size_t>(row * kSide + column)],
                before[static_cast<size_t>((row + 2) * kSide + column - 5)]);
  }
  EXPECT_EQ(seen(moved_on(view, 1, 0, 0, 0)), before);
}

// What a pixel keeps of itself is the area that it shares with where it was.
TEST(WorldNoise, GoesWithTheCameraAsFarAsPixelsOverlap) {
  const NoiseView view{0, 1.3, 20, 1 << 20, 5};
  const std::vector<float> before = seen(view);
  for (const double x : {0.25, 0.5}) {
    const std::vector<float> after = seen(moved_on(view, 1, 0, x, 0));
    EXPECT_NEAR(correlation(before, after, 0, 0), 1 - x, 0.05);
    EXPECT_NEAR(correlation(before, after, 1, 0), x, 0.05);
  }
  EXPECT_NEAR(correlation(before, seen(view, 8), 0, 0), 0, 0.03);
}

TEST(WorldNoise, NothingJumpsWhereAnOctaveEnds) {
  NoiseView view{0, 1.99999, 33, 123456789, 42};
  const std::vector<float> before = seen(view);
  const NoiseView next = moved_on(view, 1.00001, 0, 0, 0);
  ASSERT_EQ(next.octave, 1);
  // The next octave's finer cells only move the borders of pixels.
  EXPECT_GT(correlation(before, seen(next), 0, 0), 0.85);
  for (int octave = 0; octave < 60; ++octave) view = moved_on(view, 2, 0, 0.3, 0.1);
  const NoiseView far{view.octave, 1.99999, view.turn_degrees, view.x, view.y};
  EXPECT_GT(correlation(seen(far), seen(moved_on(far, 1.00001, 0, 0, 0)), 0, 0), 0.85);
}

}  // namespace
}  // namespace spectradiff
