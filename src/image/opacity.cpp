#include "spectradiff/image/opacity.h"

#include <algorithm>

namespace spectradiff {

Canvas opacity_between(const Canvas& over_black, const Canvas& over_white) {
  Canvas opacity(over_black.size());
  const auto &black = over_black.bytes(), &white = over_white.bytes();
  for (size_t i = 0; i < black.size(); i += 3) {
    // The same in each channel but for rounding.
    int through = 0;
    for (size_t c = 0; c < 3; ++c) through += std::clamp(white[i + c] - black[i + c], 0, 255);
    const auto covered = static_cast<uint8_t>(255 - (through + 1) / 3);
    std::fill_n(opacity.bytes().begin() + static_cast<ptrdiff_t>(i), 3, covered);
  }
  return opacity;
}

std::vector<uint8_t> straight_rgba(const Canvas& over_black, const Canvas& opacity) {
  std::vector<uint8_t> rgba(over_black.bytes().size() / 3 * 4);
  const uint8_t* colour = over_black.bytes().data();
  const uint8_t* covered = opacity.bytes().data();
  for (size_t i = 0; i < rgba.size(); i += 4, colour += 3, covered += 3) {
    for (size_t c = 0; c < 3; ++c)
      rgba[i + c] = *covered == 0
                        ? uint8_t{0}
                        : static_cast<uint8_t>(std::min(255, (colour[c] * 255 + *covered / 2) / *covered));
    rgba[i + 3] = *covered;
  }
  return rgba;
}

}  // namespace spectradiff
