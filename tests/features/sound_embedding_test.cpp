// Sound as a text's embedding, as tests/oracles/record_sound_embedding.py recorded it.
#include "spectradiff/features/sound_embedding.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "recorded_song.h"
#include "spectradiff/base/json.h"

namespace spectradiff {
namespace {

constexpr int kTokens = 77;

Json recorded_embeddings() {
  return read_json(SPECTRADIFF_TEST_DATA "/sound_embedding.json");
}

std::shared_ptr<EmbeddedSong> sound_of_integers() {
  auto made = std::make_shared<EmbeddedSong>();
  for (const int16_t sample : recorded_song()) made->samples.push_back(static_cast<float>(sample) / 32768);
  return made;
}

SoundFeature feature_of(const std::string& name) {
  return std::map<std::string, SoundFeature>{{"waveform", SoundFeature::waveform},
                                             {"fft", SoundFeature::fft},
                                             {"melspectrogram", SoundFeature::melspectrogram},
                                             {"mfcc", SoundFeature::mfcc}}
      .at(name);
}

TEST(SoundEmbedding, IsWhatLibrosaAndSciPyMakeOfTheSound) {
  const auto sound = sound_of_integers();
  const Json recorded = recorded_embeddings();
  for (const Json& one : recorded["cases"]) {
    const int width = one["width"].get<int>();
    const SoundFeature feature = feature_of(one["feature"].get<std::string>());
    Matrix matrix;
    if (one.contains("still")) {
      matrix = still_embedding(*sound, feature, kTokens, width);
    } else {
      const SampleRange samples{one["samples"][0].get<int64_t>(), one["samples"][1].get<int64_t>()};
      matrix = SoundEmbedder(sound, kTokens, width).raw({feature, samples});
    }
    ASSERT_EQ(matrix.values.size(), static_cast<size_t>(kTokens) * static_cast<size_t>(width));
    const double low = one["low"].get<double>(), high = one["high"].get<double>();
    const double near = 1e-4 * (high - low);
    const auto [least, most] = std::minmax_element(matrix.values.begin(), matrix.values.end());
    EXPECT_NEAR(*least, low, near) << one["feature"] << " " << width;
    EXPECT_NEAR(*most, high, near) << one["feature"] << " " << width;
    const auto values = one["values"].get<std::vector<double>>();
    for (size_t i = 0; i < values.size(); ++i)
      ASSERT_NEAR(matrix.values[i * one["every"].get<size_t>()], values[i], near)
          << one["feature"] << " " << width << " at " << i;
  }
}

TEST(SoundEmbedding, ZoomsAsSciPyDoes) {
  const Json zoom = recorded_embeddings()["zoom"];
  Matrix array{5, 7, zoom["array"].get<std::vector<float>>()};
  const Matrix made = zoomed(array, 11, 17);
  const auto expected = zoom["zoomed"].get<std::vector<double>>();
  ASSERT_EQ(made.values.size(), expected.size());
  for (size_t i = 0; i < expected.size(); ++i) EXPECT_NEAR(made.values[i], expected[i], 1e-5) << i;
}

TEST(SoundEmbedding, OfSilenceIsFiniteAndTellsNothing) {
  auto silent = std::make_shared<EmbeddedSong>();
  silent->samples.assign(44100, 0.0f);
  const SoundEmbedder embedder(silent, kTokens, 192);
  for (const auto feature :
       {SoundFeature::waveform, SoundFeature::fft, SoundFeature::melspectrogram, SoundFeature::mfcc}) {
    for (const bool in_song : {false, true}) {
      const SoundPart part{feature, {0, 2940}, in_song};
      for (const float value : embedder.raw(part).values) ASSERT_TRUE(std::isfinite(value));
      for (const float value : embedder.unit({&part, 1}).values) ASSERT_EQ(value, 0);
    }
  }
}

TEST(SoundEmbedding, OfASongKeepsItsLevel) {
  const auto sound = sound_of_integers();
  const SoundEmbedder embedder(sound, kTokens, 192);
  const auto most = [&](int64_t begin, bool in_song) {
    const SoundPart part{SoundFeature::fft, {begin, begin + 1000}, in_song};
    const Matrix unit = embedder.unit({&part, 1});
    return *std::max_element(unit.values.begin(), unit.values.end());
  };
  const int64_t loud = 11025, quiet = loud + 5512 - 1000;
  EXPECT_FLOAT_EQ(most(loud, false), 1);
  EXPECT_FLOAT_EQ(most(quiet, false), 1);
  EXPECT_LT(most(quiet, true), 0.7 * most(loud, true));
}

TEST(SoundEmbedding, IsTheWeightedSumOfItsParts) {
  const auto sound = sound_of_integers();
  const SoundEmbedder embedder(sound, kTokens, 192);
  const SoundPart a{SoundFeature::melspectrogram, {0, 2940}}, b{SoundFeature::fft, {2940, 5880}};
  const std::vector<SoundPart> both = {{a.feature, a.samples, false, 0.25},
                                       {b.feature, b.samples, false, 0.75}};
  const Matrix one = embedder.unit({&a, 1}), other = embedder.unit({&b, 1}), sum = embedder.unit(both);
  for (size_t i = 0; i < sum.values.size(); i += 131)
    EXPECT_NEAR(sum.values[i], 0.25 * one.values[i] + 0.75 * other.values[i], 1e-6);
}

}  // namespace
}  // namespace spectradiff
