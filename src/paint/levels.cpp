#include <algorithm>
#include <cmath>

#include "painting.h"

namespace spectradiff {
namespace {

// How much of the old value is left after one frame.
float kept_per_frame(const TimeSpan& time_constant, const Features& features) {
  if (time_constant.value.num == 0) return 0;
  const Rational& fps = features.settings.fps;
  const double samples = static_cast<double>(time_constant.to_samples(features.sample_rate_hz, fps));
  const double frames = samples / features.sample_rate_hz * fps.to_double();
  return frames > 0 ? static_cast<float>(std::exp(-1 / frames)) : 0;
}

}  // namespace

Levels::Levels(const Features& features, const Smoothing& smoothing)
    : features_(features), levels_(features.levels.data()) {
  const float attack = kept_per_frame(smoothing.attack, features);
  const float release = kept_per_frame(smoothing.release, features);
  if (attack == 0 && release == 0) return;
  smoothed_ = features.levels;
  const auto bins = static_cast<size_t>(features.bins);
  // What sounds when the song begins is no rise.
  for (size_t i = bins; i < smoothed_.size(); ++i) {
    const float before = smoothed_[i - bins], target = smoothed_[i];
    smoothed_[i] = target + (before - target) * (target > before ? attack : release);
  }
  levels_ = smoothed_.data();
}

std::vector<float> Levels::strengths(int64_t index, double gamma) const {
  std::vector<float> result(static_cast<size_t>(bins()), 0.0f);
  if (index < 0 || index >= frames()) return result;
  const float* levels = frame(index);
  if (gamma == 0.5) {
    std::transform(levels, levels + bins(), result.begin(), [](float level) { return std::sqrt(level); });
  } else if (gamma == 1) {
    std::copy_n(levels, bins(), result.begin());
  } else {
    std::transform(levels, levels + bins(), result.begin(),
                   [gamma](float level) { return static_cast<float>(std::pow(level, gamma)); });
  }
  return result;
}

}  // namespace spectradiff
