// Resampling with Pillow's filters, antialiased when shrinking; equal to Pillow byte for byte.
#pragma once

#include "spectradiff/image/canvas.h"

namespace spectradiff {

Canvas resize_lanczos(const Canvas& source, Size size);  // Image.resize(size, LANCZOS)
Canvas resize_bicubic(const Canvas& source, Size size);  // Image.resize(size), whose default is BICUBIC

enum class Fit { cover, contain, stretch };  // fill and crop; whole and black bars; ignore the aspect

// `source` scaled to `size` by `fit`; a clone when the sizes agree.
Canvas fit_to_size(const Canvas& source, Size size, Fit fit);

}  // namespace spectradiff
