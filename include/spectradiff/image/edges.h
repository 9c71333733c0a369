// Where a picture has edges.
#pragma once

#include "spectradiff/image/canvas.h"

namespace spectradiff {

// White lines one pixel wide on black, as OpenCV's Canny draws them on the greyscale picture (convert("L")):
// Sobel 3x3, |dx| + |dy|, a line begins above `high` and goes on above `low`, 0..2040.
Canvas canny_edges(const Canvas& picture, int low, int high);

}  // namespace spectradiff
