#include "spectradiff/report/summary.h"

#include <fmt/format.h>

#include <algorithm>

#include "scales.h"
#include "spectradiff/base/duration_text.h"

namespace spectradiff {
namespace {

constexpr float kLeastLoudness = -70;  // LUFS: what silence has

std::string rate_text(int sample_rate_hz) {
  return fmt::format("{:g} kHz", sample_rate_hz / 1000.0);
}

std::string channels_text(int channels) {
  if (channels == 1) return "mono";
  return channels == 2 ? "stereo" : fmt::format("{} channels", channels);
}

}  // namespace

FeatureRequest summary_request() {
  FeatureRequest request;
  request.series = {"loudness"};
  request.beats = request.key = true;
  return request;
}

std::vector<std::string> song_facts(const AudioInfo& audio, const Features& features) {
  std::vector<std::string> facts = {
      duration_text(static_cast<double>(features.samples) / features.sample_rate_hz),
      rate_text(features.sample_rate_hz), channels_text(audio.channels), audio.format};
  if (features.tempo_bpm > 0) facts.push_back(fmt::format("{:.1f} BPM", features.tempo_bpm));
  if (!features.key.empty() || features.reference > 0)
    facts.push_back(features.key.empty() ? "no key" : features.key);
  if (const Series* loudness = features.find("loudness")) {
    const float loudest = *std::max_element(loudness->values.begin(), loudness->values.end());
    if (loudest > kLeastLoudness) facts.push_back(fmt::format("loudest {} LUFS", number_text(loudest, 1)));
  }
  return facts;
}

}  // namespace spectradiff
