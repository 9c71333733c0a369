#include "onset.h"

#include <algorithm>
#include <numeric>

namespace spectradiff {
namespace {

// A song without any rise above this is silent: rounding of the decibels.
constexpr float kLeastRiseDb = 0.05f;
constexpr double kThreshold = 0.07;

constexpr int64_t kDelayHops = 2;

}  // namespace

std::vector<float> onset_strength(const MelFrames& mel) {
  const int64_t hops = mel.hops();
  std::vector<float> strength(static_cast<size_t>(hops));
  const int floor = mel.floor();
  for (int64_t hop = 1; hop + kDelayHops < hops; ++hop) {
    const uint16_t* now = mel.hop(hop);
    const uint16_t* before = mel.hop(hop - 1);
    int sum = 0;
    for (int band = 0; band < kMelBands; ++band)
      sum += std::max(std::max<int>(now[band], floor) - std::max<int>(before[band], floor), 0);
    strength[static_cast<size_t>(hop + kDelayHops)] =
        static_cast<float>(sum / (kMelBands * MelFrames::kUnitsPerDb));
  }
  if (hops > 0 && *std::max_element(strength.begin(), strength.end()) < kLeastRiseDb)
    std::fill(strength.begin(), strength.end(), 0.0f);
  return strength;
}

std::vector<int64_t> pick_onsets(const std::vector<float>& strength, double hops_per_second) {
  const auto [least, most] = std::minmax_element(strength.begin(), strength.end());
  const float range = *most - *least;
  std::vector<int64_t> onsets;
  if (range <= 0) return onsets;
  std::vector<double> values;
  values.reserve(strength.size());
  for (const float value : strength) values.push_back((value - *least) / range);

  const auto count = static_cast<int64_t>(values.size());
  const auto wait = static_cast<int64_t>(0.03 * hops_per_second);
  const auto around = static_cast<int64_t>(0.1 * hops_per_second);
  for (int64_t hop = 0; hop < count;) {
    const auto at = values.begin() + hop;
    const bool peak = *at == *std::max_element(at - std::min(hop, wait), at + 1);
    const int64_t before = std::min(hop, around);
    const int64_t after = std::min(around + 1, count - hop);
    const double mean = std::accumulate(at - before, at + after, 0.0) / static_cast<double>(before + after);
    if (peak && *at >= mean + kThreshold) {
      onsets.push_back(hop);
      hop += wait;
    }
    ++hop;
  }
  return onsets;
}

}  // namespace spectradiff
