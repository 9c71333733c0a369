// Pixels of pictures in which every one is a bin at a time.
#pragma once

#include <vector>

#include "colouring.h"

namespace spectradiff {

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

  // `strength` as History gives it, `dim` 0..256 of it to be seen.
  void lay_on(uint8_t* pixel, int height, int strength, int dim) const {
    const int level = strength >> 7;
    const Rgb colour = table_[static_cast<size_t>(colours_.by_level() ? level : height)];
    lay(pixel, colour, opaque_ ? dim : ((strength * 257 >> 15) * dim) >> 8);
  }

 private:
  Colours colours_;
  bool opaque_;
  std::vector<Rgb> table_;  // by level: [256]; by bin: [heights]
};

}  // namespace spectradiff
