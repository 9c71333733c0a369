// What a picture leaves transparent.
#pragma once

#include <cstdint>
#include <vector>

#include "spectradiff/image/canvas.h"

namespace spectradiff {

// Of one picture as it looks over black and over white: a grey one of that size, 255 where it covers all.
Canvas opacity_between(const Canvas& over_black, const Canvas& over_white);

// [height][width][4], the colours without the black that shows through. Both of one size.
std::vector<uint8_t> straight_rgba(const Canvas& over_black, const Canvas& opacity);

}  // namespace spectradiff
