#include "spectradiff/features/mood.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "spectradiff/base/percentile.h"

namespace spectradiff {
namespace {

constexpr double kDrivingOnsetsPerSecond = 5;
constexpr double kOnsetShare = 0.5, kDenseShare = 0.6;  // of energy; either alone is not all of it
constexpr double kPercussiveShare = 0.1;
constexpr double kAudibleLu = 35;              // below the song's loudest
constexpr double kEvenDb = 4, kUnevenDb = 14;  // between loud and quiet frames
constexpr float kSilentRms = 1e-6F;
constexpr double kNarrowHz = 1500, kBroadHz = 3500;  // spread
constexpr double kDarkHz = 300, kBrightHz = 5000;
constexpr double kKeyShare = 0.25;
constexpr const char* kCentroid = "centroid";
constexpr const char* kRms = "rms";
constexpr const char* kHarmonic = "harmonic";
constexpr const char* kPercussive = "percussive";
constexpr const char* kLoudness = "loudness";
constexpr const char* kSpread = "spread";

double sum(const Series& series) {
  return std::accumulate(series.values.begin(), series.values.end(), 0.0);
}

double share_between(double none, double all, double value) {
  return std::clamp((value - none) / (all - none), 0.0, 1.0);
}

// 0..1: loud all the time, and over the whole spectrum. Where everything sounds at once hardly anything is an
// onset, and calm it is not.
double density(const Features& features) {
  const std::vector<float>& loudness = features.find(kLoudness)->values;
  const std::vector<float>& spread_hz = features.find(kSpread)->values;
  const std::vector<float>& level = features.find(kRms)->values;
  const double loudest = *std::max_element(loudness.begin(), loudness.end());
  std::vector<double> audible_db;
  double weight = 0, spread = 0;
  for (size_t i = 0; i < loudness.size(); ++i) {
    if (loudness[i] >= loudest - kAudibleLu)
      audible_db.push_back(20 * std::log10(std::max(level[i], kSilentRms)));
    weight += level[i];
    spread += level[i] * spread_hz[i];
  }
  const double loud = percentile_of(audible_db, 95), quiet = percentile_of(audible_db, 25);
  return share_between(kUnevenDb, kEvenDb, loud - quiet) *
         share_between(kNarrowHz, kBroadHz, spread / weight);
}

double key_brightness(const std::string& key) {
  if (key.empty()) return 0.5;
  return key.ends_with("major") ? 1 : 0;
}

}  // namespace

void add_mood_needs(FeatureRequest& wanted) {
  wanted.series.insert({kCentroid, kRms, kHarmonic, kPercussive, kLoudness, kSpread});
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
  const double driving = kOnsetShare * std::min(onsets / seconds / kDrivingOnsetsPerSecond, 1.0) +
                         kDenseShare * density(features);
  mood.energy = std::min(driving, 1.0) * std::min(share / kPercussiveShare, 1.0);
  const double timbre = std::clamp(octaves / weight / std::log2(kBrightHz / kDarkHz), 0.0, 1.0);
  mood.brightness = (1 - kKeyShare) * timbre + kKeyShare * key_brightness(features.key);
  return mood;
}

}  // namespace spectradiff
