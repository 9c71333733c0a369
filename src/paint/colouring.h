// The colours of bins, and how they mix.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "spectradiff/image/colour_map.h"
#include "spectradiff/paint/paint_settings.h"

namespace spectradiff {

// 0 for the lowest bin, 1 for the highest, 1/2 for the only one.
inline double height_of_bin(double bin, int bins) {
  return bins == 1 ? 0.5 : bin / (bins - 1);
}

// `weight` 0..256 of `to`, the rest of `from`.
inline uint8_t mixed(uint8_t from, uint8_t to, int weight) {
  return static_cast<uint8_t>((from * (256 - weight) + to * weight + 128) >> 8);
}

inline void lay(uint8_t* pixel, Rgb colour, int weight) {
  pixel[0] = mixed(pixel[0], colour.r, weight);
  pixel[1] = mixed(pixel[1], colour.g, weight);
  pixel[2] = mixed(pixel[2], colour.b, weight);
}

inline int weight_of(double share) {
  return static_cast<int>(std::lround(std::clamp(share, 0.0, 1.0) * 256));
}

// `share` 0..1 of `other`, which is as large.
void blend(Canvas& canvas, const Canvas& other, double share);

// Pixels of a picture whose shorter side is 512, in this one's.
inline double scale_of(Size size) {
  return std::min(size.width, size.height) / 512.0;
}

class Colours {
 public:
  // By bin unless the settings say by level.
  Colours(const Colouring& colouring, bool part_is_level = false);

  bool by_level() const { return by_level_; }
  // Of the bin at `height` 0..1, at full strength.
  Rgb of_bin(double height) const;
  // Of a bin at `height` and `strength`, 0..1, before the background shows through it.
  Rgb of(double height, double strength) const {
    return by_level_ ? of_bin(std::clamp(strength, 0.0, 1.0)) : of_bin(height);
  }
  // Mixed with the background by `strength`.
  Rgb on_background(double height, double strength) const;

 private:
  Colouring colouring_;
  bool by_level_;
  bool mapped_;
  ColourTable map_{};
};

}  // namespace spectradiff
