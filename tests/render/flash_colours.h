// What flashes in tests.
#pragma once

#include "spectradiff/image/canvas.h"

namespace spectradiff {

constexpr Rgb kBlack{0, 0, 0};
constexpr Rgb kWhite{255, 255, 255};

}  // namespace spectradiff
