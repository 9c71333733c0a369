// Turning pictures and making them symmetric.
#pragma once

#include <cstdint>
#include <vector>

#include "spectradiff/image/canvas.h"

namespace spectradiff {

// Clockwise by 0, 90, 180 or 270 degrees.
Canvas rotate(Canvas picture, int degrees);

// Left and right exchanged.
Canvas mirrored(const Canvas& picture);

// The left half, mirrored onto the right one.
void mirror_left_half(Canvas& picture);

// The size of the picture that mosaic() makes one of `size` from: half of it, rounded up.
Size mosaic_part(Size size);
// 2x2 copies of `part`, each the mirror image of its neighbours; the first one is top left and upright.
Canvas mosaic(const Canvas& part, Size size);

// A picture seen between mirrors that meet in its middle at pi / folds: made once, shared by threads.
class Kaleidoscope {
 public:
  Kaleidoscope(Size size, int folds);         // folds >= 2
  Canvas apply(const Canvas& picture) const;  // of that size

 private:
  struct Sample {
    uint32_t offset;  // of the upper left of four pixels, bytes
    uint8_t x, y;     // 0..128, the right and the lower ones' share
  };
  Size size_;
  std::vector<Sample> samples_;  // [height][width]
};

}  // namespace spectradiff
