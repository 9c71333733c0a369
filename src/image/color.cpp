#include "spectradiff/image/color.h"

#include <algorithm>
#include <cmath>

namespace spectradiff {

Rgb hsl_to_rgb(double hue_turns, double saturation, double lightness) {
  const double hue_twelfths = (hue_turns - std::floor(hue_turns)) * 12;
  const double l = std::clamp(lightness, 0.0, 1.0);
  const double amplitude = std::clamp(saturation, 0.0, 1.0) * std::min(l, 1 - l);
  const auto channel = [&](double offset) {
    const double k = std::fmod(offset + hue_twelfths, 12);
    const double value = l - amplitude * std::clamp(std::min(k - 3, 9 - k), -1.0, 1.0);
    return static_cast<uint8_t>(std::floor(value * 255 + 0.5));
  };
  return {channel(0), channel(8), channel(4)};
}

}  // namespace spectradiff
