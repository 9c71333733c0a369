// Pixels of pictures in which every one is a bin at a time.
#pragma once

#include <vector>

#include "colouring.h"

namespace spectradiff {

// How much of a pixel shows, 0..256; strengths as History gives them.
inline int seen(int strength, int dim) {
  return ((strength * 257 >> 15) * dim) >> 8;
}

class StrengthInk {
 public:
  // `heights` places, the first one is the lowest bin's.
  StrengthInk(const PaintSettings& now, int heights) : colours_(now.colour, true) {
    // A map by level that nothing is to be seen through shows all of itself, silence included.
    const auto base = now.base.kind;
    opaque_ = colours_.by_level() && (base == BaseLayer::Kind::plain || base == BaseLayer::Kind::automatic);
    if (colours_.by_level()) {
      for (int level = 0; level < 256; ++level) table_.push_back(colours_.of_bin(level / 255.0));
    } else {
      for (int height = 0; height < heights; ++height)
        table_.push_back(colours_.of_bin(heights == 1 ? 0.5 : height / static_cast<double>(heights - 1)));
    }
  }

  // A row of pixels that share one height. `strengths` as History gives them; of each, `dims`, 0..256, is to
  // be seen.
  void lay_row(uint8_t* pixels, int height, const std::vector<uint16_t>& strengths,
               const std::vector<uint16_t>& dims);

  void lay_on(uint8_t* pixel, int height, int strength, int dim) const {
    const Rgb colour = table_[static_cast<size_t>(colours_.by_level() ? strength >> 7 : height)];
    lay(pixel, colour, opaque_ ? dim : seen(strength, dim));
  }

 private:
  Colours colours_;
  bool opaque_;
  std::vector<Rgb> table_;  // by level: [256]; by bin: [heights]

  // A row's, kept from one to the next: what is seen of each pixel, then the same and the colour of each
  // byte.
  std::vector<uint16_t> seen_, weights_, inks_;
};

}  // namespace spectradiff
