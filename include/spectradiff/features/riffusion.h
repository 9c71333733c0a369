// Sound as riffusion's pictures show it: 512 mel bands, a column every 10 ms.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "spectradiff/features/short_time.h"

namespace spectradiff {

inline constexpr ShortTime kRiffusion{17640, 4410, 441};
inline constexpr int kRiffusionBands = 512, kRiffusionRateHz = 44100;

// Of a filter those bins that count.
struct BandFilter {
  size_t begin = 0;
  std::vector<double> weights;
};

// [512], 0 to 10 kHz on the mel scale that HTK has, the lowest first.
const std::vector<BandFilter>& riffusion_filters();

// Magnitudes of mono sound at 44100 Hz, [1 + samples / 441][512]. Needs more than 8820 samples.
Magnitudes riffusion_bands(std::span<const double> mono);

// The grey picture of these columns, [512][columns]: the highest band on top, dark is loud, (magnitude / the
// greatest)^0.25.
std::vector<uint8_t> riffusion_greys(const Magnitudes& bands);
inline constexpr double kRiffusionRoot = 0.25;

}  // namespace spectradiff
