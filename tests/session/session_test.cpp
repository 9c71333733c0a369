#include "spectradiff/session/session.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "expect_error.h"
#include "session_fixtures.h"
#include "spectradiff/base/file.h"
#include "spectradiff/media/probe.h"
#include "spectradiff/render/executor.h"

namespace spectradiff {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class SessionTest : public testing::Test {
 protected:
  SessionTest() { write_song(folder_ / "song.wav"); }

  // A small and quick job into `output`, with more settings over it.
  SessionRequest request(const std::string& output, const Json& more = Json::object()) const {
    Json quick = {{"output", (folder_ / output).string()},
                  {"model", bundle_.path()},
                  {"allow_unpinned_model", true},
                  {"device", "cpu"},
                  {"size", "64x64"},
                  {"steps", 4},
                  {"bins", 8},
                  {"encoder_preset", "ultrafast"},
                  {"prompt", "a cat"}};
    quick.update(more);
    return {Task::render, (folder_ / "song.wav").string(), {{"test", std::move(quick)}}};
  }

  Outcome run(const SessionRequest& asked) { return Session::open(asked, shared_, observer_).run(no_stop_); }

  std::vector<std::string> files() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder_.path()))
      names.push_back(entry.path().filename().string());
    std::sort(names.begin(), names.end());
    return names;
  }

  TemporaryFolder folder_;
  FakeBundle bundle_;
  SharedResources shared_;
  WritingObserver observer_;
  const std::atomic<int> no_stop_{0};
};

TEST_F(SessionTest, AWholeJobBecomesACheckedVideoAndIsToldToItsObserver) {
  const Json settings = {
      {"prompts", {{{"at", "0"}, {"prompt", "a cat"}}, {{"at", "end"}, {"prompt", "a dog"}}}},
      {"strength", "0.5 + 0.3*rms"},
      {"stats", true}};
  const Outcome outcome = run(request("v.mp4", settings));
  EXPECT_TRUE(outcome.complete);
  EXPECT_EQ(outcome.frames, 15);
  EXPECT_TRUE(outcome.statistics.contains("flicker"));
  const VideoProbe video = probe_video(folder_ / "v.mp4");
  EXPECT_EQ(video.pictures, 15);
  EXPECT_EQ(video.audio_codec, "aac");
  EXPECT_THAT(video.comment, HasSubstr("0.5 + 0.3*rms"));
  EXPECT_THAT(observer_.events, ElementsAre("start", "analysis", "cost", "model", "frame", "encode", "done"));
  EXPECT_EQ(observer_.done["frames"], 15);
  EXPECT_THAT(files(), ElementsAre("song.wav", "v.mp4"));
}

TEST_F(SessionTest, AModelOnNoTrustListIsRefusedBeforeItsCodeIsLoaded) {
  EXPECT_ERROR(run(request("v.mp4", {{"allow_unpinned_model", false}})), ErrorKind::model,
               "is on no trust list");
  EXPECT_EQ(shared_.models.loads(), 0);
}

TEST_F(SessionTest, WhatCanBeForeseenIsRefusedBeforeTheModelIsLoadedAndNothingIsWritten) {
  EXPECT_ERROR(run(request("none/v.mp4")), ErrorKind::output, "the folder");
  EXPECT_ERROR(run(request("v.mp4", {{"strength", 2}})), ErrorKind::usage, "strength = 2 (test)");
  EXPECT_ERROR(run(request("v.mp4", {{"crf", 60}})), ErrorKind::usage, "crf");
  write_file(folder_ / "there.mp4", std::string_view("x"), true);
  EXPECT_ERROR(run(request("there.mp4")), ErrorKind::output, "-y replaces it");
  EXPECT_EQ(shared_.models.loads(), 0);
  EXPECT_THAT(files(), ElementsAre("song.wav", "there.mp4"));
}

TEST_F(SessionTest, ALookAtThePlanNeedsNoTrustAndNoFreeName) {
  write_file(folder_ / "v.mp4", std::string_view("x"), true);
  Session session =
      Session::open(request("v.mp4", {{"allow_unpinned_model", false}, {"strength", "0.5 + 0.1*rms"}}),
                    shared_, observer_, Session::Purpose::look);
  EXPECT_TRUE(session.follows_music());
  EXPECT_EQ(session.plan().shown.size(), 15u);
  session.hear();
  EXPECT_NE(session.plan().rows[3].numbers.strength, session.plan().rows[9].numbers.strength);
}

TEST_F(SessionTest, AStopLeavesNoVideo) {
  const std::atomic<int> stop{1};
  const Outcome outcome = Session::open(request("v.mp4"), shared_, observer_).run(stop);
  EXPECT_FALSE(outcome.complete);
  EXPECT_THAT(files(), ElementsAre("song.wav"));
}

TEST_F(SessionTest, TheSecondSessionFindsModelAndAnalysisOfTheFirst) {
  run(request("a.mp4"));
  run(request("b.mp4", {{"seed", 7}}));
  EXPECT_EQ(shared_.models.loads(), 1);
}

TEST_F(SessionTest, SettingsAreResolvedWithTheModelsLook) {
  const FakeBundle bundle({{"steps", 3}, {"blur", 5}});
  SessionRequest asked = request("v.mp4", {{"model", bundle.path()}});
  asked.layers[0].values.erase("steps");
  const Json settings = resolved_settings(asked, true, observer_);
  EXPECT_EQ(settings["steps"], Json({{"value", 3}, {"origin", "model small"}}));
  EXPECT_EQ(settings["blur"]["value"], 5);
  EXPECT_EQ(settings["prompt"], Json({{"value", "a cat"}, {"origin", "test"}}));
  EXPECT_EQ(settings["crf"]["origin"], "default");
}

TEST_F(SessionTest, WhatWasMadeIsDoneUntilASettingOrItsSongDiffers) {
  run(request("v.mp4"));
  const auto done = [&](const Json& more) {
    return Session::open(request("v.mp4", more), shared_, observer_, Session::Purpose::check).is_done();
  };
  EXPECT_TRUE(done(Json::object()));
  EXPECT_TRUE(done({{"overwrite", true}}));
  EXPECT_FALSE(done({{"overwrite", true}, {"seed", 7}}));
  EXPECT_ERROR(done({{"seed", 7}}), ErrorKind::output, "(different: seed)");
}

}  // namespace
}  // namespace spectradiff
