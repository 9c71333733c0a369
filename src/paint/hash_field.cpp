#include <algorithm>
#include <cmath>

#include "spectradiff/image/clones.h"
#include "spectradiff/paint/painter.h"

namespace spectradiff {
namespace {

// What a bin's marks do to the bytes below them this frame: byte · keep / 256 + its own share. 16 bits hold
// it all.
struct Ink {
  uint16_t keep = 256;          // 256 leaves the picture as it is
  std::vector<uint16_t> share;  // [3 · side], red, green, blue in turn, rounding included
};

Ink make_ink(Rgb colour, int side, double strength) {
  const auto opacity = static_cast<int>(std::lround(strength * 256));
  Ink ink;
  ink.keep = static_cast<uint16_t>(256 - opacity);
  if (opacity == 0) return ink;
  ink.share.resize(static_cast<size_t>(side) * 3);
  for (int i = 0; i < side * 3; i += 3) {
    ink.share[i] = static_cast<uint16_t>(colour.r * opacity + 128);
    ink.share[i + 1] = static_cast<uint16_t>(colour.g * opacity + 128);
    ink.share[i + 2] = static_cast<uint16_t>(colour.b * opacity + 128);
  }
  return ink;
}

// Where a mark begins along one axis: evenly among all places that show some of it.
int place(uint32_t hash, int extent, int side) {
  return static_cast<int>((static_cast<uint64_t>(hash) * static_cast<uint64_t>(extent + side - 1)) >> 32) -
         (side - 1);
}

// Rows `top` to `bottom` of a mark whose left edge is column `x`; `picture` is the picture's row under the
// first of them.
SPECTRADIFF_CLONES
void stamp(uint8_t* picture, int width, int x, int side, const int* inset, int top, int bottom,
           const uint16_t* share, uint16_t keep) {
  for (int row = top; row < bottom; ++row, picture += static_cast<ptrdiff_t>(width) * 3) {
    const int begin = std::max(x + inset[row], 0), end = std::min(x + side - inset[row], width);
    if (begin >= end) continue;
    uint8_t* __restrict bytes = picture + static_cast<ptrdiff_t>(begin) * 3;
    const int count = (end - begin) * 3;
    for (int i = 0; i < count; ++i)
      bytes[i] = static_cast<uint8_t>(static_cast<uint16_t>(bytes[i] * keep + share[i]) >> 8);
  }
}

}  // namespace

Canvas Painter::paint_field(const std::vector<double>& strengths, double opacity) const {
  std::vector<Ink> inks;
  inks.reserve(strengths.size());
  for (size_t bin = 0; bin < strengths.size(); ++bin)
    inks.push_back(make_ink(styles_[bin].colour, styles_[bin].side, opacity * strengths[bin]));

  Canvas canvas(settings_.size, settings_.hash.background);
  // Marks of one number for all bins before the next: no bin lies below all others.
  for (int mark = 0; mark < settings_.hash.marks_per_bin; ++mark)
    for (int bin = 0; bin < features_.bins; ++bin) {
      const Ink& ink = inks[bin];
      if (ink.keep == 256) continue;
      const BinStyle& style = styles_[bin];
      const uint64_t hash = splitmix64(static_cast<uint64_t>(bin) << 32 | static_cast<uint64_t>(mark));
      const int x = place(static_cast<uint32_t>(hash >> 32), canvas.width(), style.side);
      const int y = place(static_cast<uint32_t>(hash), canvas.height(), style.side);
      const int top = std::max(-y, 0), bottom = std::min(style.side, canvas.height() - y);
      stamp(canvas.row(y + top), canvas.width(), x, style.side, style.inset.data(), top, bottom,
            ink.share.data(), ink.keep);
    }
  return canvas;
}

}  // namespace spectradiff
