#include "spectradiff/features/mood.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace spectradiff {
namespace {

constexpr double kDrivingOnsetsPerSecond = 6;
constexpr double kPercussiveShare = 0.1;
constexpr double kDarkHz = 300, kBrightHz = 5000;
constexpr double kKeyShare = 0.25;
constexpr const char* kCentroid = "centroid";
constexpr const char* kRms = "rms";
constexpr const char* kHarmonic = "harmonic";
constexpr const char* kPercussive = "percussive";

double sum(const Series& series) {
  return std::accumulate(series.values.begin(), series.values.end(), 0.0);
}

double key_brightness(const std::string& key) {
  if (key.empty()) return 0.5;
  return key.ends_with("major") ? 1 : 0;
}

}  // namespace

void add_mood_needs(FeatureRequest& wanted) {
  wanted.series.insert({kCentroid, kRms, kHarmonic, kPercussive});
  wanted.onsets = true;
  wanted.key = true;
}

Mood mood_of(const Features& features) {
  const std::vector<float>& level = features.find(kRms)->values;
  const std::vector<float>& centroid_hz = features.find(kCentroid)->values;
  double weight = 0, octaves = 0;
  for (size_t i = 0; i < level.size(); ++i) {
    if (centroid_hz[i] <= 0) continue;
    weight += level[i];
    octaves += level[i] * std::log2(centroid_hz[i] / kDarkHz);
  }
  Mood mood;
  if (weight == 0) return mood;
  const double seconds = static_cast<double>(features.samples) / features.sample_rate_hz;
  const double onsets = static_cast<double>(features.events.onsets_s.size());
  const double percussive = sum(*features.find(kPercussive));
  const double energy = percussive + sum(*features.find(kHarmonic));
  const double share = energy > 0 ? percussive / energy : 0;
  mood.energy =
      std::min(onsets / seconds / kDrivingOnsetsPerSecond, 1.0) * std::min(share / kPercussiveShare, 1.0);
  const double timbre = std::clamp(octaves / weight / std::log2(kBrightHz / kDarkHz), 0.0, 1.0);
  mood.brightness = (1 - kKeyShare) * timbre + kKeyShare * key_brightness(features.key);
  return mood;
}

}  // namespace spectradiff
