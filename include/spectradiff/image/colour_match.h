// Giving one picture the colours of another, as a whole.
#pragma once

#include <array>

#include "spectradiff/image/canvas.h"

namespace spectradiff {

// Of all pixels, in Oklab: lightness 0..1, then green-red and blue-yellow, about -0.4..0.4.
struct ColourMoments {
  std::array<double, 3> mean{}, deviation{};
};

// Oklab after B. Ottosson, "A perceptual color space for image processing" (2020), of sRGB (IEC 61966-2-1).
ColourMoments colour_moments(const Canvas& picture);

// Moves and stretches lightness and both colours of every pixel by themselves, so that their means and
// deviations become `to`; a deviation at most doubles or halves. What is then no colour of sRGB takes the
// nearest value of each channel.
void match_colours(Canvas& picture, const ColourMoments& to);

}  // namespace spectradiff
