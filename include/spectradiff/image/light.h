// The light a picture gives off: what eyes and their guidelines measure, where canvases hold sRGB.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "spectradiff/image/canvas.h"

namespace spectradiff {

// A picture's linear light in cells that cover it whatever its size: cell i of an axis of n pixels spans the
// pixels floor(i · n / kCells) to floor((i + 1) · n / kCells), at least one.
struct LightGrid {
  static constexpr int kCells = 72;  // along either axis
  static constexpr int kCount = kCells * kCells;
  static constexpr int kOne = 65535;  // full light of a channel

  // [kCells][kCells], 0..kOne, mean over the cell's pixels of the sRGB transfer function of IEC 61966-2-1
  std::array<uint16_t, kCount> red, green, blue;

  // WCAG's relative luminance, 0..kOne: 0.2126 R + 0.7152 G + 0.0722 B
  int luminance(int cell) const {
    const auto c = static_cast<size_t>(cell);
    return static_cast<int>((13933U * red[c] + 46871U * green[c] + 4732U * blue[c] + 32768U) >> 16);
  }
};

// The same integers on every machine.
void measure_light(const Canvas& picture, LightGrid& grid);

// Linear light of an sRGB value, both 0..1: the transfer function of IEC 61966-2-1.
double srgb_light(double value);

struct Lab {
  double l = 0;         // 0..100
  double a = 0, b = 0;  // about -128..128
};

// CIE 1976 L*a*b* of linear sRGB light, 0..1 each, under D65 (CIE 15; matrix and white of IEC 61966-2-1).
Lab cielab(double red, double green, double blue);

// Of the light of one cell, 0..LightGrid::kCount - 1.
Lab cell_cielab(const LightGrid& grid, size_t cell);

// CIE 1976: the distance. 2.3 is about the least that is seen.
double delta_e(const Lab& one, const Lab& other);

}  // namespace spectradiff
