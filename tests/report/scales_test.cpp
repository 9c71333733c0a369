#include "scales.h"

#include <gmock/gmock.h>

namespace spectradiff {
namespace {

using ::testing::ElementsAre;

std::vector<std::string> labels(const std::vector<Tick>& ticks) {
  std::vector<std::string> result;
  for (const Tick& tick : ticks) result.push_back(tick.label);
  return result;
}

TEST(TimeTicks, AreRoundFromMillisecondsToHours) {
  EXPECT_THAT(labels(time_ticks(0.05, 6)), ElementsAre("0 ms", "10 ms", "20 ms", "30 ms", "40 ms", "50 ms"));
  EXPECT_THAT(labels(time_ticks(1.1, 4)), ElementsAre("0.0 s", "0.5 s", "1.0 s"));
  EXPECT_THAT(labels(time_ticks(19.2, 5)), ElementsAre("0 s", "5 s", "10 s", "15 s"));
  EXPECT_THAT(labels(time_ticks(190, 5)), ElementsAre("0:00", "1:00", "2:00", "3:00"));
  EXPECT_THAT(labels(time_ticks(3 * 3600, 4)), ElementsAre("0:00:00", "1:00:00", "2:00:00", "3:00:00"));
}

TEST(TimeTicks, AreNeverMoreThanAskedForAndAtLeastTwoInAnySong) {
  for (double duration_s = 2e-5; duration_s < 6 * 3600; duration_s *= 1.07) {
    const std::vector<Tick> ticks = time_ticks(duration_s, 14);
    EXPECT_LE(ticks.size(), 14u) << duration_s;
    EXPECT_GE(ticks.size(), 4u) << duration_s;
    EXPECT_LE(ticks.back().value, duration_s);
  }
}

TEST(ValueTicks, AreRoundAndWithinTheirRange) {
  EXPECT_THAT(labels(value_ticks(-1, 1)), ElementsAre("−1.0", "−0.5", "0.0", "0.5", "1.0"));
  EXPECT_THAT(labels(value_ticks(0, 1)), ElementsAre("0.0", "0.2", "0.4", "0.6", "0.8", "1.0"));
  EXPECT_THAT(labels(value_ticks(0, 0.0031)), ElementsAre("0.000", "0.001", "0.002", "0.003"));
  EXPECT_THAT(labels(value_ticks(3, 4300)), ElementsAre("1000", "2000", "3000", "4000"));
}

Features ten_frames() {
  Features features;
  features.sample_rate_hz = 1000;
  features.samples = 1000;
  features.settings.fps = 10;
  features.frames = 10;
  return features;
}

TEST(Pooled, TakesTheMeanOrTheLargestOfAColumnsFrames) {
  const std::vector<float> values = {0, 2, 4, 6, 8, 10, 12, 14, 16, 18};
  EXPECT_THAT(pooled(ten_frames(), values, 5, Pooling::mean), ElementsAre(1, 5, 9, 13, 17));
  EXPECT_THAT(pooled(ten_frames(), values, 2, Pooling::maximum), ElementsAre(8, 18));
}

TEST(Pooled, RepeatsFramesThatAreWiderThanColumns) {
  const std::vector<float> values = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
  const std::vector<float> columns = pooled(ten_frames(), values, 40, Pooling::mean);
  for (size_t i = 0; i < 40; ++i) EXPECT_EQ(columns[i], static_cast<float>(i / 4)) << i;
}

}  // namespace
}  // namespace spectradiff
