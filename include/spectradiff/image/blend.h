// One picture turning into another.
#pragma once

#include "spectradiff/image/canvas.h"

namespace spectradiff {

// What is seen `part` of `parts` of the way between two pictures of one size: each 8-bit value on the
// straight line between theirs, rounded to the nearest. 0 <= part <= parts.
Canvas blend(const Canvas& from, const Canvas& to, int part, int parts);

}  // namespace spectradiff
