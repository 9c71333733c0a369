#include "spectradiff/report/tables.h"

#include <gmock/gmock.h>

#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>

#include "expect_error.h"
#include "spectradiff/base/json.h"

namespace spectradiff {
namespace {

using ::testing::ElementsAre;

Features features_of(std::vector<Series> series, int64_t frames) {
  Features features;
  features.sample_rate_hz = 8000;
  features.samples = frames * 800;
  features.settings.fps = 10;
  features.frames = frames;
  features.series = std::move(series);
  return features;
}

std::string csv_of(const Features& features, const std::vector<std::string>& names) {
  std::string text;
  write_series_csv(features, names, [&](std::string_view piece) { text += piece; });
  return text;
}

Json json_of(const Features& features, const std::vector<std::string>& names,
             const std::string& file = "song.wav") {
  std::string text;
  const AudioInfo audio{.sample_rate_hz = 8000, .channels = 2, .samples = 1, .format = "WAV, 16 bit PCM"};
  write_analysis_json(file, audio, features, names, [&](std::string_view piece) { text += piece; });
  return parse_json(text, "analysis");
}

TEST(SeriesCsv, NamesItsColumnsAndHasARowPerFrame) {
  const Features features = features_of({{"rms", "", {0.5f, 0.1f}}, {"peak", "", {1.0f, 1e-7f}}}, 2);
  EXPECT_EQ(csv_of(features, {"peak", "rms"}), "frame,time_s,peak,rms\n0,0,1,0.5\n1,0.1,1e-07,0.1\n");
}

TEST(SeriesCsv, TimesOfUnevenRatesAreExact) {
  Features features = features_of({{"rms", "", {0, 0, 0, 0}}}, 4);
  features.settings.fps = Rational(30000, 1001);
  EXPECT_THAT(csv_of(features, {"rms"}), ::testing::HasSubstr("\n3,0.1001,0\n"));
}

TEST(SeriesCsv, WhatIsNoNumberIsAnEmptyField) {
  const Features features =
      features_of({{"rms", "", {std::numeric_limits<float>::quiet_NaN(), INFINITY}}}, 2);
  EXPECT_EQ(csv_of(features, {"rms"}), "frame,time_s,rms\n0,0,\n1,0.1,\n");
  EXPECT_EQ(json_of(features, {"rms"})["series"]["rms"], Json::parse("[null, null]"));
}

TEST(SeriesCsv, EveryFloatReadsBackAsItself) {
  std::vector<float> values;
  uint32_t state = 1;
  for (int i = 0; i < 20000; ++i) {
    state = state * 1664525u + 1013904223u;
    float value = 0;
    std::memcpy(&value, &state, sizeof value);
    if (std::isfinite(value)) values.push_back(value);
  }
  const auto frames = static_cast<int64_t>(values.size());
  const Features features = features_of({{"rms", "", values}}, frames);
  std::string_view rest;
  const std::string csv = csv_of(features, {"rms"});
  rest = std::string_view(csv).substr(csv.find('\n') + 1);
  for (const float value : values) {
    const size_t end = rest.find('\n'), begin = rest.rfind(',', end) + 1;
    float back = 0;
    const auto result = std::from_chars(rest.data() + begin, rest.data() + end, back);
    ASSERT_EQ(result.ptr, rest.data() + end);
    ASSERT_EQ(back, value);
    rest.remove_prefix(end + 1);
  }
  EXPECT_TRUE(rest.empty());
}

TEST(SeriesCsv, ComesInPiecesOfLimitedSize) {
  const Features features = features_of({{"rms", "", std::vector<float>(50000, 0.123456f)}}, 50000);
  size_t largest = 0, pieces = 0;
  write_series_csv(features, std::vector<std::string>{"rms"}, [&](std::string_view piece) {
    largest = std::max(largest, piece.size());
    ++pieces;
  });
  EXPECT_LE(largest, 1u << 16);
  EXPECT_GT(pieces, 10u);
}

TEST(SeriesCsv, ASeriesThatWasNotComputedIsRefused) {
  EXPECT_ERROR(csv_of(features_of({}, 1), {"rms"}), ErrorKind::internal, "rms");
}

TEST(AnalysisJson, HasTheShapeOfItsContract) {
  Features features = features_of({{"rms", "", {0.5f, 0.1f}}}, 2);
  features.events = {
      .onsets_s = {0.05},
      .beats_s = {0.0, 0.5, 1, 1.5, 2, 2.5},
      .downbeats = {1, 5},
      .sections = {{0, 0.1, 0, 0.25, SectionEnergy::low}, {0.1, 0.2, 1, 0.75, SectionEnergy::high}},
      .drops_s = {0.1},
      .builds = {{0, 0.1}}};
  features.tempo_bpm = 120;
  features.tempo_candidates_bpm = {120, 60};
  features.tempos = {{0.5, 120}};
  features.key = "A minor";
  EXPECT_EQ(json_of(features, {"rms"}), Json::parse(R"({
    "schema": 1,
    "audio": {"file": "song.wav", "format": "WAV, 16 bit PCM", "sample_rate_hz": 8000, "channels": 2,
              "samples": 1600},
    "fps": "10/1", "frames": 2, "series": {"rms": [0.5, 0.1]},
    "events": {"onsets_s": [0.05], "beats_s": [0.0, 0.5, 1, 1.5, 2, 2.5], "downbeats_s": [0.5, 2.5],
               "sections_s": [0, 0.1],
               "sections": [{"begin_s": 0.0, "end_s": 0.1, "label": "A", "energy": 0.25, "energy_class": "low"},
                            {"begin_s": 0.1, "end_s": 0.2, "label": "B", "energy": 0.75, "energy_class": "high"}],
               "drops_s": [0.1], "builds": [{"begin_s": 0.0, "end_s": 0.1}]},
    "scalars": {"tempo_bpm": 120.0, "tempo_candidates_bpm": [120.0, 60.0],
                "tempos": [{"begin_s": 0.5, "tempo_bpm": 120.0}], "beats_per_bar": 4, "key": "A minor",
                "duration_s": 0.2}})"));
}

TEST(AnalysisJson, UnknownValuesAreNullAndNothingHeardIsEmpty) {
  const Json json = json_of(features_of({}, 3), {});
  EXPECT_TRUE(json["scalars"]["tempo_bpm"].is_null());
  EXPECT_TRUE(json["scalars"]["key"].is_null());
  EXPECT_TRUE(json["scalars"]["beats_per_bar"].is_null());
  EXPECT_EQ(json["scalars"]["tempos"], Json::array());
  EXPECT_EQ(json["series"], Json::object());
  for (const auto& [name, times] : json["events"].items()) EXPECT_EQ(times, Json::array()) << name;
}

TEST(AnalysisJson, AnyFileNameIsAString) {
  EXPECT_EQ(json_of(features_of({}, 1), {}, "a\"b\\\n.wav")["audio"]["file"], "a\"b\\\n.wav");
  EXPECT_EQ(json_of(features_of({}, 1), {}, "a\xff")["audio"]["file"], "a\uFFFD");
}

TEST(Labels, AreLettersAndGoOnBehindZ) {
  EXPECT_EQ(label_text(0), "A");
  EXPECT_EQ(label_text(25), "Z");
  EXPECT_EQ(label_text(26), "AA");
  EXPECT_EQ(label_text(26 * 27), "AAA");
}

TEST(Downbeats, AreEveryBarsFirstBeats) {
  Features features = features_of({}, 1);
  features.events.beats_s = {0, 1, 2, 3, 4, 5, 6};
  features.events.downbeats = {2, 5};
  EXPECT_THAT(downbeats_s(features), ElementsAre(2, 5));
}

}  // namespace
}  // namespace spectradiff
