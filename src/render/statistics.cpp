#include "spectradiff/render/statistics.h"

#include <cstdlib>

namespace spectradiff {

void PictureStatistics::add(const Canvas& picture) {
  const auto& now = picture.bytes();
  uint64_t level = 0;
  for (const uint8_t value : now) level += value;
  level_sum_ += static_cast<double>(level) / (255.0 * static_cast<double>(now.size()));

  if (previous_.size() == picture.size()) {
    const auto& before = previous_.bytes();
    uint64_t change = 0;
    for (size_t i = 0; i < now.size(); ++i)
      change += static_cast<uint64_t>(std::abs(int(now[i]) - int(before[i])));
    change_sum_ += static_cast<double>(change) / (255.0 * static_cast<double>(now.size()));
  }
  previous_ = picture.clone();
  ++frames_;
}

double PictureStatistics::flicker() const {
  return frames_ > 1 ? change_sum_ / static_cast<double>(frames_ - 1) : 0;
}

double PictureStatistics::level() const {
  return frames_ > 0 ? level_sum_ / static_cast<double>(frames_) : 0;
}

Json statistics_to_json(const PictureStatistics& pictures, const StageSeconds& seconds) {
  return {{"flicker", pictures.flicker()},
          {"level", pictures.level()},
          {"seconds",
           {{"analyze", seconds.analyze},
            {"load", seconds.load},
            {"paint", seconds.paint},
            {"diffuse", seconds.diffuse},
            {"encode", seconds.encode},
            {"total", seconds.total}}}};
}

}  // namespace spectradiff
