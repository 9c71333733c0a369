#include "downbeat.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace spectradiff {
namespace {

// Up to about 600 Hz: the bass and the roots of chords tell bars apart, drum fills above them do not.
constexpr size_t kLowBands = 24;
using Sound = std::array<double, kLowBands>;  // mean level of each band

// Another beat than the first one has to stand out by this much.
constexpr double kClearly = 1.05;

Sound sound_between(const MelFrames& mel, double begin_hop, double end_hop) {
  const int64_t begin = std::clamp<int64_t>(std::llround(begin_hop), 0, mel.hops() - 1);
  const int64_t end = std::clamp<int64_t>(std::llround(end_hop), begin + 1, mel.hops());
  const uint16_t floor = mel.floor();
  Sound sound{};
  for (int64_t hop = begin; hop < end; ++hop) {
    for (size_t band = 0; band < sound.size(); ++band)
      sound[band] +=
          static_cast<double>(std::max(mel.hop(hop)[band], floor)) / static_cast<double>(end - begin);
  }
  return sound;
}

}  // namespace

int find_downbeat(const std::vector<double>& beats_s, int beats_per_bar, const MelFrames& mel,
                  double hops_per_second) {
  const auto bar = static_cast<size_t>(beats_per_bar);
  if (bar < 2 || beats_s.size() < 2 * bar || mel.hops() == 0) return 0;
  const size_t half = bar / 2;
  std::vector<double> change(bar);
  std::vector<int> counts(bar);
  for (size_t beat = half; beat + half < beats_s.size(); ++beat) {
    const double at = beats_s[beat] * hops_per_second;
    const Sound before = sound_between(mel, beats_s[beat - half] * hops_per_second, at);
    const Sound after = sound_between(mel, at, beats_s[beat + half] * hops_per_second);
    for (size_t band = 0; band < before.size(); ++band)
      change[beat % bar] += std::abs(after[band] - before[band]);
    ++counts[beat % bar];
  }
  for (size_t place = 0; place < bar; ++place) change[place] /= std::max(counts[place], 1);
  const auto most = std::max_element(change.begin(), change.end());
  return *most > kClearly * change.front() ? static_cast<int>(most - change.begin()) : 0;
}

}  // namespace spectradiff
