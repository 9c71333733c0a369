#include "pauses.h"

#include <algorithm>
#include <iterator>

namespace spectradiff {
namespace {

// Shorter gaps lie between notes.
constexpr double kSilentDb = 60, kLeast_s = 0.5, kNear_s = 0.05;
constexpr int64_t kAheadHops = 2;  // a hop hears what begins half a window later

}  // namespace

double after_pause(double moment_s, const std::vector<Pause>& pauses) {
  const auto next = std::upper_bound(pauses.begin(), pauses.end(), moment_s,
                                     [](double s, const Pause& pause) { return s < pause.begin_s; });
  if (next == pauses.begin()) return moment_s;
  const double end_s = std::prev(next)->end_s;
  return end_s - moment_s > kNear_s ? end_s : moment_s;
}

std::vector<Pause> find_pauses(const MelFrames& mel, double hops_per_second) {
  const double silent_units = mel.maximum() - kSilentDb * MelFrames::kUnitsPerDb;
  const auto sounds = [&](int64_t hop) {
    return *std::max_element(mel.hop(hop), mel.hop(hop) + kMelBands) >= silent_units;
  };
  std::vector<Pause> pauses;
  for (int64_t begin = 0; begin < mel.hops(); ++begin) {
    int64_t end = begin;
    while (end < mel.hops() && !sounds(end)) ++end;
    if (static_cast<double>(end - begin) >= kLeast_s * hops_per_second)
      pauses.push_back({static_cast<double>(begin) / hops_per_second,
                        static_cast<double>(end + kAheadHops) / hops_per_second});
    begin = end;
  }
  return pauses;
}

}  // namespace spectradiff
