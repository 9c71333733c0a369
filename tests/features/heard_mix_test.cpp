#include "heard_mix.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

#include "spectradiff/audio/audio_source.h"

namespace spectradiff {
namespace {

constexpr int kRateHz = 44100;

// In blocks of an odd size.
std::vector<float> mixed(const std::vector<float>& interleaved, int channels, std::vector<float>& mean) {
  HeardMix mix(channels, kRateHz);
  const auto samples = static_cast<int64_t>(interleaved.size()) / channels;
  mean.resize(static_cast<size_t>(samples));
  mix_to_mono(interleaved.data(), samples, channels, mean.data());
  std::vector<float> heard;
  for (int64_t at = 0; at < samples; at += 7777) {
    mix.add(interleaved.data() + at * channels, mean.data() + at, std::min<int64_t>(7777, samples - at));
    const std::vector<float> ready = mix.take();
    heard.insert(heard.end(), ready.begin(), ready.end());
  }
  mix.finish();
  const std::vector<float> rest = mix.take();
  heard.insert(heard.end(), rest.begin(), rest.end());
  return heard;
}

std::vector<float> of_noise(int channels, float shared) {
  std::mt19937 random(1);
  std::normal_distribution<float> normal(0, 0.1f);
  std::vector<float> samples(static_cast<size_t>(kRateHz * channels));
  for (size_t i = 0; i < samples.size(); i += static_cast<size_t>(channels)) {
    const float common = normal(random);
    for (int channel = 0; channel < channels; ++channel)
      samples[i + static_cast<size_t>(channel)] = shared * common + (1 - shared) * normal(random);
  }
  return samples;
}

TEST(HeardMix, IsTheMeanBitForBitWhereChannelsShareOrShareNothing) {
  for (const int channels : {2, 3, 6}) {
    for (const float shared : {0.0f, 0.5f, 1.0f}) {
      std::vector<float> mean;
      const std::vector<float> heard = mixed(of_noise(channels, shared), channels, mean);
      EXPECT_EQ(heard, mean) << channels << " " << shared;
    }
  }
}

TEST(HeardMix, IsTheMeanBitForBitWhereOneChannelPlaysAlone) {
  std::vector<float> samples = of_noise(6, 0);
  for (size_t i = 0; i < samples.size(); ++i) samples[i] *= i % 6 == 2 ? 1.0f : 0.0f;
  std::vector<float> mean;
  EXPECT_EQ(mixed(samples, 6, mean), mean);
}

TEST(HeardMix, OfChannelsThatCancelIsOneOfThem) {
  std::vector<float> samples = of_noise(2, 1);
  for (size_t i = 1; i < samples.size(); i += 2) samples[i] *= -1;
  std::vector<float> mean;
  const std::vector<float> heard = mixed(samples, 2, mean);
  ASSERT_EQ(heard.size(), mean.size());
  for (size_t i = 0; i < heard.size(); ++i) ASSERT_NEAR(heard[i], samples[2 * i], 1e-5) << i;
}

TEST(HeardMix, ACancelledClickStaysWhereItIs) {
  std::vector<float> samples(2 * kRateHz);
  samples[40000] = 0.8f;
  samples[40001] = -0.8f;
  std::vector<float> mean;
  const std::vector<float> heard = mixed(samples, 2, mean);
  for (size_t i = 0; i < heard.size(); ++i) ASSERT_NEAR(heard[i], i == 20000 ? 0.8 : 0.0, 1e-5) << i;
}

}  // namespace
}  // namespace spectradiff
