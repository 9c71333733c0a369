#include "spectradiff/report/plot.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "song.h"
#include "spectradiff/report/summary.h"

namespace spectradiff {
namespace {

constexpr int kLeft = 84;  // where the panels begin
constexpr int kColumns = 180;
constexpr Rgb kEnvelope = {154, 184, 219};

struct Heard {
  SongView view;
  Features features;
};

Heard hear_samples(const std::vector<float>& mono) {
  const TemporaryFolder folder;
  write_bytes(folder / "song.wav",
              wav_bytes<float>({.tag = 3, .channels = 1, .sample_rate_hz = 44100, .bits = 32}, mono));
  AudioSource source = AudioSource::open(folder / "song.wav");
  Features features = analyze(source, AnalysisSettings{}, plot_request());
  return {view_song(source, kColumns), std::move(features)};
}

Canvas plot_of(const Heard& heard, std::span<const PlotCurve> curves = {}) {
  return plot_song(heard.view, heard.features, "song.wav", "facts", curves);
}

std::vector<float> click_at(int64_t sample) {
  std::vector<float> samples(44100);
  samples[static_cast<size_t>(sample)] = 0.9f;
  return samples;
}

// Columns of the picture in which the colour is found.
std::vector<int> columns_with(const Canvas& canvas, Rgb colour) {
  std::vector<int> columns;
  for (int x = 0; x < canvas.width(); ++x)
    for (int y = 0; y < canvas.height(); ++y) {
      const uint8_t* p = canvas.row(y) + x * 3;
      if (Rgb{p[0], p[1], p[2]} == colour) {
        columns.push_back(x);
        break;
      }
    }
  return columns;
}

TEST(Plot, AClickAppearsWhereItIsHeard) {
  for (const double place : {0.25, 0.5, 0.9}) {
    const Canvas page = plot_of(hear_samples(click_at(static_cast<int64_t>(place * 44100))));
    const double x = kLeft + place * kPlotColumns;
    int highest = page.height(), at = -1;
    for (const int column : columns_with(page, kEnvelope))
      for (int y = 0; y < page.height(); ++y) {
        const uint8_t* p = page.row(y) + column * 3;
        if (Rgb{p[0], p[1], p[2]} == kEnvelope && y < highest) highest = y, at = column;
      }
    EXPECT_NEAR(at, x, 8) << place;
  }
}

TEST(Plot, SilenceDrawsNoWaveform) {
  const Canvas page = plot_of(hear_samples(std::vector<float>(44100)));
  EXPECT_TRUE(columns_with(page, kEnvelope).empty());
  EXPECT_GT(columns_with(plot_of(hear_samples(sine(44100, 440, 0.5))), kEnvelope).size(), 500u);
}

TEST(Plot, TheSameSongGivesTheSameBytes) {
  const std::vector<float> song = sine(30000, 300, 0.3);
  EXPECT_EQ(plot_of(hear_samples(song)).bytes(), plot_of(hear_samples(song)).bytes());
}

TEST(Plot, CurvesGetAPanelOfTheirOwn) {
  const Heard heard = hear_samples(sine(44100, 300, 0.3));
  const std::vector<PlotCurve> curves = {{"strength", std::vector<float>(15, 0.5f)},
                                         {"kick", std::vector<float>(15, 0.0f)}};
  const Canvas without = plot_of(heard), with = plot_of(heard, curves);
  EXPECT_EQ(without.size(), (Size{1600, 1200}));
  EXPECT_EQ(with.width(), 1600);
  EXPECT_GT(with.height(), 1300);
  // What is above stays as it is.
  EXPECT_TRUE(std::equal(with.row(0), with.row(700), without.row(0)));
}

TEST(Plot, AnySongCanBeDrawn) {
  for (const size_t samples : {1u, 2u, 50u, 3000u}) {
    std::vector<float> song(samples, 0.0f);
    song.back() = 3.5f;  // beyond full scale
    EXPECT_EQ(plot_of(hear_samples(song)).size(), (Size{1600, 1200})) << samples;
    for (float& value : song) value = 1e-4f;
    EXPECT_EQ(plot_of(hear_samples(song)).size(), (Size{1600, 1200})) << samples;
  }
}

TEST(Plot, TitlesOfAnyLengthAndEncodingAreDrawnWithinThePage) {
  const Heard heard = hear_samples(sine(4410, 300, 0.3));
  for (const std::string& title : {std::string(400, 'W'), std::string("a\xff\xfe"), std::string("日本 é")}) {
    const Canvas page = plot_song(heard.view, heard.features, title, title);
    for (int y = 0; y < 92; ++y)
      EXPECT_TRUE(std::all_of(page.row(y) + 3 * (kLeft + kPlotColumns), page.row(y + 1),
                              [](uint8_t value) { return value == 255; }))
          << title << " " << y;
  }
}

TEST(SongFacts, SayWhatIsKnown) {
  Features features;
  features.sample_rate_hz = 44100;
  features.samples = 44100 * 125;
  const AudioInfo audio{
      .sample_rate_hz = 44100, .channels = 2, .samples = features.samples, .format = "FLAC"};
  const std::vector<std::string> plain = {"2:05.0", "44.1 kHz", "stereo", "FLAC"};
  EXPECT_EQ(song_facts(audio, features), plain);
  features.tempo_bpm = 126.04;
  features.key = "A minor";
  features.series.push_back({"loudness", "LUFS", {-70, -9.26f, -12}});
  std::vector<std::string> known = plain;
  known.insert(known.end(), {"126.0 BPM", "A minor", "loudest −9.3 LUFS"});
  EXPECT_EQ(song_facts(audio, features), known);
}

}  // namespace
}  // namespace spectradiff
