// Made-up features for painters: levels only.
#pragma once

#include <vector>

#include "spectradiff/features/features.h"
#include "spectradiff/paint/painter.h"

namespace spectradiff {

// One frame per row of levels.
inline Features features_of(const std::vector<std::vector<float>>& rows) {
  Features features;
  features.frames = static_cast<int64_t>(rows.size());
  features.bins = static_cast<int>(rows.at(0).size());
  for (const auto& row : rows) features.levels.insert(features.levels.end(), row.begin(), row.end());
  return features;
}

inline Rgb pixel(const Canvas& canvas, int x, int y) {
  const uint8_t* p = canvas.row(y) + x * 3;
  return {p[0], p[1], p[2]};
}

}  // namespace spectradiff
