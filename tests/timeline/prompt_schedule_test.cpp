#include "spectradiff/timeline/prompt_schedule.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>

#include "song.h"

namespace spectradiff {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

PromptSchedule schedule_of(const std::string& text) {
  PromptSchedule schedule;
  schedule.keys = parse_prompts(text, "p.txt");
  return schedule;
}

PlacedPrompts place(const PromptSchedule& schedule, const Features& features) {
  std::vector<int64_t> frames(static_cast<size_t>(features.frames));
  std::iota(frames.begin(), frames.end(), int64_t{0});
  return place_prompts(schedule, features, SignalSet({}), frames);
}

TEST(PromptFile, PromptsMayHoldColonsAndAreTrimmed) {
  const auto keys = parse_prompts(
      "\xEF\xBB\xBF# a song\n\n0:00:  sea: calm \r\n1:02: 03: a number\n1:02:03: an hour\n90f:x\n", "p.txt");
  ASSERT_EQ(keys.size(), 4u);
  EXPECT_EQ(keys[0].at + "|" + keys[0].prompt, "0:00|sea: calm");
  EXPECT_EQ(keys[1].at + "|" + keys[1].prompt, "1:02|03: a number");
  EXPECT_EQ(keys[2].at + "|" + keys[2].prompt, "1:02:03|an hour");
  EXPECT_EQ(keys[3].at + "|" + keys[3].prompt, "90f|x");
}

TEST(PromptFile, JsonReadsBackAsItself) {
  const Json list = Json::parse(
      R"([{"at": "4beats", "prompt": "a", "negative": "n", "blend": "slerp", "weight": "onset"}, {"at": "end", "prompt": "b"}])");
  const auto keys = parse_prompts(list.dump(), "p.json");
  EXPECT_EQ(prompts_to_json(keys), list);
  EXPECT_EQ(prompts_from_json(Json::parse(R"([{"at": 1.5, "prompt": "a"}])"), "p").front().at, "1.5");
}

TEST(PromptFile, LinesSayWhatChangesBehindBars) {
  const auto keys = parse_prompts(
      "0:00: a \\| b | strength +0.2 | seed 7 | cut | negative fog\n0:02: c | mark-size =9*onset | weight "
      "onset\n",
      "p");
  EXPECT_EQ(keys[0], (PromptKey{"0:00",
                                "a | b",
                                "fog",
                                PromptBlend::cut,
                                "",
                                {{"seed", {false, "7"}}, {"strength", {true, "0.2"}}}}));
  EXPECT_EQ(keys[1], (PromptKey{"0:02", "c", {}, {}, "onset", {{"mark_size", {false, "9*onset"}}}}));
  EXPECT_EQ(prompts_from_json(prompts_to_json(keys), "again"), keys);
}

TEST(PromptFile, ALineOfColonsIsRefusedAtOnceAndShownInPart) {
  std::string line = "1";
  for (int i = 0; i < 200000; ++i) line += ":1";
  const std::string reason = refusal([&] { parse_prompts(line, "p"); });
  EXPECT_THAT(reason, HasSubstr("does not begin with a time"));
  EXPECT_LT(reason.size(), 500u);
}

TEST(PromptFile, FaultsNameTheirPlace) {
  const auto fault = [](const std::string& text) { return refusal([&] { parse_prompts(text, "p"); }); };
  EXPECT_THAT(fault("0:00: a\nstorm\n"), HasSubstr("p, line 2"));
  EXPECT_THAT(fault("\n# nothing\n"), HasSubstr("no prompt"));
  EXPECT_THAT(fault(R"([{"at": "soon", "prompt": "a"}])"), HasSubstr("p, prompt 1: at = soon"));
  EXPECT_THAT(fault(R"([{"at": "-1", "prompt": "a"}])"), HasSubstr("not a time"));
  EXPECT_THAT(fault(R"([{"at": "0", "promt": "a"}])"), HasSubstr("prompt"));
  EXPECT_THAT(fault(R"([{"at": "0", "prompt": "a", "blend": "fade"}])"), HasSubstr("lerp, slerp, cut"));
}

TEST(PromptSchedule, GoesFromKeyToKeyAndKeepsTheLastToTheEnd) {
  const PlacedPrompts placed = place(schedule_of("0.2s: a\n0:00.6: b\n8f: c\n"), song_of(10));
  EXPECT_THAT(placed.key_frames, ElementsAre(2, 6, 8));
  const PromptMix a{}, b{1, 1, 0, false}, c{2, 2, 0, false};
  EXPECT_THAT(placed.mixes, ElementsAre(a, a, a, PromptMix{0, 1, 0.25, false}, PromptMix{0, 1, 0.5, false},
                                        PromptMix{0, 1, 0.75, false}, b, PromptMix{1, 2, 0.5, false}, c, c));
}

TEST(PromptSchedule, AFramesMixDoesNotDependOnWhatElseIsRendered) {
  const PromptSchedule schedule = schedule_of("0: a\nend: b\n");
  const Features song = song_of(11);
  const std::vector<int64_t> some = {3, 7};
  const PlacedPrompts part = place_prompts(schedule, song, SignalSet({}), some);
  EXPECT_THAT(part.mixes, ElementsAre(place(schedule, song).mixes[3], place(schedule, song).mixes[7]));
  EXPECT_EQ(part.mixes[0].weight, 0.3);
  EXPECT_EQ(place(schedule, song).mixes[10], (PromptMix{1, 1, 0, false}));
}

TEST(PromptSchedule, ACutWaitsForItsKeyAndAWeightMovesIt) {
  PromptSchedule schedule = schedule_of("0: a\n4f: b\n");
  schedule.blend = PromptBlend::cut;
  const auto to_at = [&](size_t frame) { return place(schedule, song_of(6)).mixes[frame].to; };
  EXPECT_EQ(to_at(3), 0);
  EXPECT_EQ(to_at(4), 1);
  schedule.weight = "progress";
  EXPECT_EQ(to_at(1), 0);
  EXPECT_EQ(to_at(2), 1);
}

TEST(PromptSchedule, WeightsAreExpressionsOfTheMusic) {
  PromptSchedule schedule = schedule_of("0: a\n4f: b\n");
  schedule.blend = PromptBlend::slerp;
  schedule.weight = "2*onset*progress";
  const PlacedPrompts placed = place(schedule, song_of(5, {{"onset", "", {1, 1, 0.5F, 1, 1}}}));
  EXPECT_EQ(placed.mixes[1], (PromptMix{0, 1, 0.5, true}));
  EXPECT_EQ(placed.mixes[2], (PromptMix{0, 1, 0.5, true}));
  EXPECT_EQ(placed.mixes[3], (PromptMix{1, 1, 0, false}));
  EXPECT_THAT(placed.notes, ElementsAre(HasSubstr("1 of 5 frames")));
  FeatureRequest needs;
  add_needs(schedule, SignalSet({}), needs);
  EXPECT_TRUE(needs.series.contains("onset"));
  schedule.weight = "onsett";
  EXPECT_THAT(refusal([&] { check_weights(schedule, {}); }), HasSubstr("onset"));
}

TEST(PromptSchedule, KeysStandOnBeatsAndSnapToThem) {
  Features song = song_of(40);
  song.events.beats_s = {0.5, 1.0, 1.5};
  PromptSchedule schedule = schedule_of("0beats: a\n1.5beats: b\n4beats: c\n");
  EXPECT_THAT(place(schedule, song).key_frames, ElementsAre(5, 12, 25));
  schedule = schedule_of("0: a\n0.8s: b\n1.3s: c\n");
  schedule.snap = true;
  EXPECT_THAT(place(schedule, song).key_frames, ElementsAre(5, 10, 15));
  EXPECT_THAT(refusal([&] { place(schedule, song_of(40)); }), HasSubstr("no beat was heard"));
}

TEST(PromptSchedule, ManyKeysBehindTheEndAreOneNote) {
  std::string text = "0: a\n";
  for (int frame = 30; frame < 5030; ++frame) text += fmt::format("{}f: b\n", frame);
  EXPECT_THAT(
      place(schedule_of(text), song_of(30)).notes,
      ElementsAre("prompts: 5000 of 5001 come after the song's end and are not shown, the first at 30f"));
}

TEST(PromptSchedule, ALongWeightIsRefusedBeforeItIsParsed) {
  PromptSchedule schedule = schedule_of("0: a\n4f: b\n");
  schedule.weight = std::string(1 << 20, '1');
  const std::string reason = refusal([&] { check_weights(schedule, {}); });
  EXPECT_THAT(reason, HasSubstr("it has 1048576 bytes, and an expression has at most 2000"));
  EXPECT_LT(reason.size(), 500u);
}

TEST(PromptSchedule, KeysAscend) {
  EXPECT_THAT(refusal([] { place(schedule_of("0:02: a\n0:01: b\n"), song_of(30)); }),
              HasSubstr("order them"));
  EXPECT_THAT(place(schedule_of("0: a\n9: b\n"), song_of(30)).notes,
              ElementsAre(HasSubstr("after the song's end")));
}

}  // namespace
}  // namespace spectradiff
