#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <numeric>
#include <string>

#include "song.h"
#include "spectradiff/timeline/song_values.h"

namespace spectradiff {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::Pointwise;

TEST(Relative, WhatGoesOnAsItIsIsOne) {
  const Features features = song_of(5, {{"rms", "", {0.2f, 0.2f, 0.2f, 0.2f, 0.2f}}});
  EXPECT_THAT(values(features, "level_rel"), Each(1));
}

TEST(Relative, AFewFramesAreComparedWithTheirMean) {
  const Features features = song_of(4, {{"onset", "", {0, 1, 0, 1}}});
  // The first frame is silent: two frames later the mean is 1/2, three later 2/3.
  EXPECT_THAT(values(features, "onset_rel"), Pointwise(testing::DoubleNear(1e-6), {0.0, 1.0, 0.0, 1.5}));
}

TEST(Relative, EnergiesAreComparedAsAmplitudes) {
  for (const char* band : {"bass", "mid", "treble"}) {
    const Features features = song_of(2, {{band, "", {1, 9}}});
    EXPECT_THAT(values(features, std::string(band) + "_rel"), ElementsAre(1, 1.5)) << band;
  }
}

TEST(Relative, TheAverageForgetsAsMilkDropsDoes) {
  // Long at 1, then 3: by then the average has its final pace, 0.992^3 kept in a tenth of a second.
  std::vector<float> level(200, 1);
  level.insert(level.end(), {3, 3});
  const Features features = song_of(202, {{"rms", "", level}});
  const double kept = std::pow(0.992, 3);
  const double first = kept + 3 * (1 - kept), second = kept * first + 3 * (1 - kept);
  const std::vector<double> found = values(features, "level_rel");
  EXPECT_NEAR(found[200], 3 / first, 1e-6);
  EXPECT_NEAR(found[201], 3 / second, 1e-6);
}

TEST(Relative, ATenthOfTheLevelIsTheSameSong) {
  const Features loud = song_of(5, {{"rms", "", {0.1f, 0.5f, 0.2f, 0.4f, 0.3f}}});
  const Features quiet = song_of(5, {{"rms", "", {0.01f, 0.05f, 0.02f, 0.04f, 0.03f}}});
  EXPECT_THAT(values(quiet, "level_rel"), Pointwise(testing::DoubleNear(2e-6), values(loud, "level_rel")));
}

TEST(Relative, SilenceIsZeroAndASoundAfterItHasALimit) {
  std::vector<float> level(100, 0);
  level.insert(level.begin(), 1);
  level.push_back(1);
  const Features features = song_of(102, {{"rms", "", level}});
  const std::vector<double> found = values(features, "level_rel");
  EXPECT_EQ(found[100], 0);
  EXPECT_EQ(found[101], 8);
  EXPECT_THAT(values(song_of(3, {{"rms", "", {0, 0, 0}}}), "level_rel"), Each(0));
}

TEST(Relative, AnySignalCanBePutAgainstItsLastSeconds) {
  const std::map<std::string, std::string> texts = {{"kick", "rms | rel 2f"}};
  const SignalSet signals(texts);
  const Features features = song_of(4, {{"rms", "", {4, 4, 4, 2}}});
  SongValues song(features, signals);
  // rms is divided by its maximum first: 1, 1, 1, 0.5.
  const double forgotten = 1 - std::exp(-0.5);
  const double average = 1 + (0.5 - 1) * forgotten;
  const std::vector<double>& found = song.of("kick");
  EXPECT_NEAR(found[2], 1, 1e-9);
  EXPECT_NEAR(found[3], 0.5 / average, 1e-9);
}

TEST(Relative, AsksForTheSeriesThatItCompares) {
  const SignalSet signals({});
  FeatureRequest request;
  for (const char* word : {"bass_rel", "mid_rel", "treble_rel", "level_rel", "onset_rel"})
    signals.add_needs(Expression(word, signals.names()), request);
  EXPECT_THAT(request.series, testing::UnorderedElementsAre("bass", "mid", "treble", "rms", "onset"));
}

}  // namespace
}  // namespace spectradiff
