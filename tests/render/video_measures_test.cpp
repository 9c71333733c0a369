#include "spectradiff/render/video_measures.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <set>

namespace spectradiff {
namespace {

constexpr int kFps = 30;
constexpr int kFrames = 30 * kFps;

// Beats every half a second on whole frames, with an onset in each one's frame.
HeardMusic steady_beats() {
  HeardMusic music;
  music.onset_strength.assign(kFrames, 0);
  for (int frame = 15; frame < kFrames; frame += 15) {
    music.beats_s.push_back(frame / static_cast<double>(kFps));
    music.onset_strength[static_cast<size_t>(frame)] = 1;
  }
  return music;
}

// A picture that is lit up `late` frames after each beat and fades within 0.3 s.
Json measures_of_flashes(int late) {
  PictureStatistics pictures(kFps, kFrames);
  for (int64_t i = 0; i < kFrames; ++i) {
    const int64_t since = i - late < 15 ? 1000 : (i - late) % 15;
    const auto v =
        static_cast<uint8_t>(std::lround(255 * std::exp(-static_cast<double>(since) / (0.3 * kFps))));
    pictures.add(i, Canvas({8, 6}, {v, v, v}));
  }
  return measures_to_json(video_measures(pictures, steady_beats()));
}

Json measures_of_noise(uint64_t seed) {
  PictureStatistics pictures(kFps, kFrames);
  std::mt19937_64 draws(seed);
  Canvas picture({24, 16});
  for (int64_t i = 0; i < kFrames; ++i) {
    for (uint8_t& value : picture.bytes()) value = static_cast<uint8_t>(draws());
    pictures.add(i, picture);
  }
  return measures_to_json(video_measures(pictures, steady_beats()));
}

TEST(VideoMeasures, AreFullForAVideoThatFlashesOnEveryBeat) {
  const Json measures = measures_of_flashes(0);
  EXPECT_NEAR(measures["beat_alignment"], 1, 1e-9);
  EXPECT_NEAR(measures["beat_alignment_f"], 1, 1e-9);
  EXPECT_NEAR(measures["beat_hit_f"], 1, 1e-9);
  EXPECT_NEAR(measures["beat_match_error_s"], 0, 1e-9);
  EXPECT_EQ(measures["onset_lag_s"], 0.0);
  EXPECT_GT(measures["onset_lag_correlation"], 0.5);
  EXPECT_GT(measures["beat_alignment_z"], 3);
  EXPECT_LT(measures["unexplained_flicker"], 0.2 * measures["fast_flicker"].get<double>());
}

TEST(VideoMeasures, AreNothingForTheSameVideo200MillisecondsLate) {
  const Json measures = measures_of_flashes(6);
  EXPECT_LT(measures["beat_alignment"], 0.01);
  EXPECT_EQ(measures["beat_hit_f"], 0.0);
  EXPECT_NEAR(measures["onset_lag_s"], 0.2, 1e-9);
  EXPECT_NEAR(measures["beat_match_error_s"], 0.2, 1e-9);
}

TEST(VideoMeasures, SeeNoMoreThanChanceInWhiteNoise) {
  for (const uint64_t seed : {1U, 2U, 3U}) {
    const Json measures = measures_of_noise(seed);
    for (const char* name : {"beat_alignment_z", "beat_hit_z"})
      EXPECT_LT(std::abs(measures[name].get<double>()), 2) << name << " " << seed;
  }
}

TEST(VideoMeasures, HaveTheSameWordsAndNullForWhatIsNotKnown) {
  PictureStatistics few(kFps, 2);
  few.add(0, Canvas({8, 6}, {7, 7, 7}));
  few.add(1, Canvas({8, 6}, {9, 9, 9}));
  const Json measures = measures_to_json(video_measures(few, {}));
  std::set<std::string> unknown;
  for (const auto& [name, value] : measures.items()) {
    if (value.is_null()) unknown.insert(name);
  }
  EXPECT_NEAR(measures["flicker"], 2 / 255.0, 1e-12);
  EXPECT_NEAR(measures["temporal_flickering"], 1 - 2 / 255.0, 1e-12);
  EXPECT_TRUE(unknown.contains("beat_alignment") && unknown.contains("onset_lag_s") &&
              unknown.contains("section_contrast"));
  EXPECT_FALSE(unknown.contains("colour_drift_per_minute"));
  EXPECT_EQ(measures.size(), measures_of_flashes(0).size());
}

TEST(VideoMeasures, OfNoPicturesAreUnknownToo) {
  EXPECT_TRUE(measures_to_json(video_measures(PictureStatistics(kFps, 0), steady_beats()))["beat_alignment"]
                  .is_null());
}

TEST(VideoMeasures, LookAtTheLongestStretchOfSelectedFrames) {
  // Frames 100 to 102 and 300 to 599, of a song whose beats the latter meet.
  PictureStatistics pictures(kFps, 303);
  for (int64_t frame = 100; frame < 600; ++frame) {
    if (frame > 102 && frame < 300) continue;
    const auto v = static_cast<uint8_t>(frame % 15 == 0 ? 255 : 0);
    pictures.add(frame, Canvas({8, 6}, {v, v, v}));
  }
  const PictureStatistics::Stretch stretch = pictures.longest_stretch();
  EXPECT_EQ(stretch.first, 300);
  EXPECT_EQ(stretch.looks.size(), 300u);
  EXPECT_EQ(stretch.changes.front(), 0);
  const Json measures = measures_to_json(video_measures(pictures, steady_beats()));
  // Lit for one frame, it changes in that one and in the next: the peak lies between both.
  EXPECT_GT(measures["beat_alignment"], 0.75);
  EXPECT_NEAR(measures["beat_coverage"], 1, 1e-9);
}

TEST(StatisticsJson, HasTheMeasuresAndTheSecondsOfEveryStage) {
  PictureStatistics two(15, 2);
  two.add(0, Canvas({6, 4}, {7, 7, 7}));
  two.add(1, Canvas({6, 4}, {7, 7, 7}));
  const Json json = statistics_to_json(two, {}, {});
  EXPECT_EQ(json["flicker"], 0.0);
  EXPECT_TRUE(json["change_onset_correlation"].is_null());
  EXPECT_TRUE(json["beat_error_s"].is_null());
  EXPECT_EQ(json["flashes_per_s"], 0);
  EXPECT_EQ(json["colour_drift"], 0.0);
  EXPECT_EQ(json["seconds"].size(), 8u);
}

}  // namespace
}  // namespace spectradiff
