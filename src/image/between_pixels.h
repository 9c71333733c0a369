// Places between the pixels of a picture, and the colours there: fixed-point arithmetic, the same bytes on
// every machine.
#pragma once

#include <cmath>
#include <cstdint>

#include "spectradiff/base/mirrored.h"
#include "spectradiff/image/canvas.h"
#include "spectradiff/image/warp.h"

namespace spectradiff {

// Places in the source picture, in units of 2^-32 pixels: a step from pixel to pixel is then exact to a
// thousandth of a pixel over the widest picture, and rounding hides what mathematical libraries disagree on.
inline constexpr int kFractionBits = 32;

inline int64_t fixed_pixels(double pixels) {
  return std::llround(std::ldexp(pixels, kFractionBits));
}

// The pixel that shows at `place` of a line of `count` pixels.
inline int shown_at(int64_t place, int count, Border border) {
  if (place >= 0 && place < count) return static_cast<int>(place);
  if (border == Border::replicate || count == 1) return place < 0 ? 0 : count - 1;
  if (border == Border::reflect) return static_cast<int>(mirrored_about_ends(place, count));
  return static_cast<int>(((place % count) + count) % count);
}

struct PixelPair {
  int before = 0, after = 0;  // the pixels around it
  int share = 0;              // of `after`, 0..256
};

inline PixelPair place_at(int64_t fixed, int count, Border border) {
  constexpr int kShareBits = 8;
  const int64_t rounded = fixed + (int64_t{1} << (kFractionBits - kShareBits - 1));
  const int64_t whole = rounded >> kFractionBits;
  return {shown_at(whole, count, border), shown_at(whole + 1, count, border),
          static_cast<int>((rounded >> (kFractionBits - kShareBits)) & 0xFF)};
}

// The colour between the four pixels around a place.
inline void put_between(const Canvas& picture, const PixelPair& column, const PixelPair& line, uint8_t* out) {
  const uint8_t* above = picture.row(line.before);
  const uint8_t* below = picture.row(line.after);
  for (int channel = 0; channel < 3; ++channel) {
    const auto between = [&](const uint8_t* row) {
      return row[3 * column.before + channel] * (256 - column.share) +
             row[3 * column.after + channel] * column.share;
    };
    const int value = between(above) * (256 - line.share) + between(below) * line.share;
    *out++ = static_cast<uint8_t>((value + (1 << 15)) >> 16);
  }
}

}  // namespace spectradiff
