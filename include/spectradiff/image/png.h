// PNG into memory.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "spectradiff/image/canvas.h"

namespace spectradiff {

// 8-bit RGB PNG of the picture. Error{memory} when it cannot be made. Write it with write_file (base/file.h),
// which checks every byte.
std::vector<uint8_t> encode_png(const Canvas& canvas);

}  // namespace spectradiff
