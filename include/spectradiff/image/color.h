// Colours by hue, saturation and lightness.
#pragma once

#include "spectradiff/image/canvas.h"

namespace spectradiff {

// CSS Color 4 HSL; hue in turns (any real, wrapped), saturation and lightness 0..1 (clamped); rounded half up
// to 8 bits.
Rgb hsl_to_rgb(double hue_turns, double saturation, double lightness);

}  // namespace spectradiff
