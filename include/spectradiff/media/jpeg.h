// JPEG into memory.
#pragma once

#include <cstdint>
#include <vector>

#include "spectradiff/image/canvas.h"

namespace spectradiff {

// The picture as a JPEG of good quality (libav's quantiser 3), colour at half resolution. Error{output} where
// this libav has no encoder for it, Error{memory}.
std::vector<uint8_t> encode_jpeg(const Canvas& canvas);

}  // namespace spectradiff
