#include "spectradiff/timeline/scenes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>

#include "song.h"

namespace spectradiff {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

// 10 frames a second, 120 beats a minute in bars of four: a bar is 20 frames. A 0–4 s low, B 4–8 s high,
// A 8–12 s low, B 12–16 s high and a drop, C 16–20 s in between.
Features song_of_sections() {
  Features features = song_of(200);
  features.tempo_bpm = 120;
  features.events.beats_per_bar = 4;
  features.events.sections = {{0, 4, 0, 0.2, SectionEnergy::low},
                              {4, 8, 1, 0.9, SectionEnergy::high},
                              {8, 12, 0, 0.2, SectionEnergy::low},
                              {12, 16, 1, 0.9, SectionEnergy::high},
                              {16, 20, 2, 0.85, SectionEnergy::high}};
  features.events.drops_s = {12};
  return features;
}

std::vector<PlacedScene> runs(const std::string& text) {
  return place_scenes(parse_scenes(text, "scenes.txt"), song_of_sections()).runs;
}

TEST(SceneFile, ReadsLinesWithWhatFollowsABar) {
  const std::vector<Scene> scenes = parse_scenes(
      "# a comment\n\nA: a sea: calm\nchorus: fire | strength +0.2 | cut | negative smoke\n"
      "2:10: 50 % \\| 50 % | mark-size =10 + 20*bass\nsection 3: | hue_start 0.5\n",
      "scenes.txt");
  ASSERT_THAT(scenes, SizeIs(4));
  EXPECT_EQ(scenes[0], (Scene{"A", "a sea: calm", {}, {}, {}}));
  EXPECT_EQ(scenes[1], (Scene{"chorus", "fire", "smoke", {{"strength", {true, "0.2"}}}, PromptBlend::cut}));
  EXPECT_EQ(scenes[2], (Scene{"2:10", "50 % | 50 %", {}, {{"mark_size", {false, "10 + 20*bass"}}}, {}}));
  EXPECT_EQ(scenes[3], (Scene{"section 3", "", {}, {{"hue_start", {false, "0.5"}}}, {}}));
  EXPECT_EQ(scenes_from_json(scenes_to_json(scenes), "again"), scenes);
}

TEST(SceneFile, ReadsJson) {
  EXPECT_THAT(
      parse_scenes(R"([{"when": "drop", "prompt": "p", "strength": 0.5, "guidance": "+2"}, {"when": 90}])",
                   "s"),
      ElementsAre(Scene{"drop", "p", {}, {{"guidance", {true, "2"}}, {"strength", {false, "0.5"}}}, {}},
                  Scene{"90", "", {}, {}, {}}));
}

TEST(SceneFile, ReadsLyrics) {
  EXPECT_THAT(
      parse_scenes(
          "[ar:Nobody]\n[offset:+500]\n[00:02.50]first <00:03>word\n[00:08.00][01:00.25]again\n[00:12.00]\n",
          "s"),
      ElementsAre(Scene{"2000ms", "first word", {}, {}, {}}, Scene{"7500ms", "again", {}, {}, {}},
                  Scene{"11500ms", "", {}, {}, {}}, Scene{"59750ms", "again", {}, {}, {}}));
}

TEST(SceneFile, ReadsSubtitles) {
  EXPECT_THAT(parse_scenes("1\r\n00:00:01,500 --> 00:00:03,000\r\n<i>one</i>\r\ntwo\r\n\r\n2\r\n"
                           "00:00:03,000 --> 00:00:05,000\r\nthree\r\n",
                           "s"),
              ElementsAre(Scene{"1500ms", "one two", {}, {}, {}}, Scene{"3000ms", "three", {}, {}, {}},
                          Scene{"5000ms", "", {}, {}, {}}));
}

TEST(SceneFile, RefusesWhatItCannotRead) {
  const auto said = [](const std::string& text) {
    return refusal([&] { parse_scenes(text, "scenes.txt"); });
  };
  EXPECT_THAT(said(""), HasSubstr("no scene in it"));
  EXPECT_THAT(said("A: x\nsomewhere: y"), HasSubstr("scenes.txt, line 2"));
  EXPECT_THAT(said("A: x | strength"), HasSubstr("says nothing"));
  EXPECT_THAT(said("A: x | strength +a"), HasSubstr("no number to add"));
  EXPECT_THAT(said("A: x\nA: y"), HasSubstr("A is there twice"));
  EXPECT_THAT(said(R"([{"when": "bridge"}])"), HasSubstr("no part of a song"));
  EXPECT_THAT(said(R"([{"when": "A", "blend": "wipe"}])"), HasSubstr("lerp, slerp, cut"));
}

TEST(Scenes, OneLabelLooksAlikeWhereverItComes) {
  EXPECT_THAT(
      runs("A: a\nB: b\nC: c"),
      ElementsAre(PlacedScene{0, 0, 0, true}, PlacedScene{1, 40, 0, true}, PlacedScene{0, 80, 40, true},
                  PlacedScene{1, 120, 0, true}, PlacedScene{2, 160, 20, true}));
}

TEST(Scenes, TheMostSpecialNameCounts) {
  const auto scenes_of = [](const std::string& text) {
    std::vector<int> scenes;
    for (const PlacedScene& run : runs(text)) scenes.push_back(run.scene);
    return scenes;
  };
  EXPECT_THAT(scenes_of("else: e\nchorus: c\nverse: v"), ElementsAre(2, 1, 2, 1, 0));
  EXPECT_THAT(scenes_of("B: b\ndrop: d\nintro: i\noutro: o"), ElementsAre(2, 0, -1, 1, 3));
  EXPECT_THAT(scenes_of("A: a\nsection 3: s"), ElementsAre(0, -1, 1, -1, -1));
}

TEST(Scenes, ASceneMaySayHowItComes) {
  const auto placed = runs("A: a | cut\nB: b | lerp\nC: c | cut");
  EXPECT_EQ(placed[1], (PlacedScene{1, 40, 20, false}));
  EXPECT_EQ(placed[2].fade, 0);
  EXPECT_EQ(placed[4].fade, 0);
}

TEST(Scenes, TimesComeBetweenAndStayUntilTheNextScene) {
  EXPECT_THAT(runs("5s: five\n70f: seven"),
              ElementsAre(PlacedScene{}, PlacedScene{0, 50, 0, true}, PlacedScene{1, 70, 0, true}));
  EXPECT_THAT(runs("A: a\n5s: five"),
              ElementsAre(PlacedScene{0, 0, 0, true}, PlacedScene{-1, 40, 0, true},
                          PlacedScene{1, 50, 0, true}, PlacedScene{0, 80, 40, true},
                          PlacedScene{-1, 120, 0, true}, PlacedScene{-1, 160, 20, true}));
}

TEST(Scenes, WhatTheSongLacksIsNoted) {
  const auto placed = place_scenes(parse_scenes("F: f\n9:00: late", "s"), song_of_sections());
  EXPECT_THAT(placed.notes, ElementsAre(HasSubstr("9:00 lies after"), HasSubstr("no part F")));
}

TEST(Scenes, AFadeGoesOverItsFramesAndACutIsWhole) {
  const std::vector<PlacedScene> two = {{0, 0, 0, true}, {1, 10, 3, true}};
  std::vector<int64_t> frames(5);
  std::iota(frames.begin(), frames.end(), int64_t{9});
  EXPECT_THAT(mix_scenes(two, frames),
              ElementsAre(SceneMix{0, 0, 0, false}, SceneMix{0, 1, 0.25, true}, SceneMix{0, 1, 0.5, true},
                          SceneMix{0, 1, 0.75, true}, SceneMix{1, 1, 0, false}));
  EXPECT_EQ(mix_scenes({{0, 0, 0, true}, {1, 10, 0, true}}, std::vector<int64_t>{9, 10})[1],
            (SceneMix{1, 1, 0, false}));
}

}  // namespace
}  // namespace spectradiff
