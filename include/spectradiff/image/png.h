// PNG in memory.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "spectradiff/image/canvas.h"

namespace spectradiff {

// 8-bit RGB PNG of the picture. Error{memory} when it cannot be made. Write it with write_file (base/file.h),
// which checks every byte.
std::vector<uint8_t> encode_png(const Canvas& canvas);

// The same of RGBA, from the picture over black and its opacity (image/opacity.h).
std::vector<uint8_t> encode_png(const Canvas& over_black, const Canvas& opacity);

// The picture back, of any 8-bit RGB PNG that is not interlaced; nothing where the bytes are none, or not
// whole.
std::optional<Canvas> decode_png(std::span<const uint8_t> bytes);

}  // namespace spectradiff
