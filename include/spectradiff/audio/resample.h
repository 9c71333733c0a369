// Sound at another sample rate.
#pragma once

#include <span>
#include <string>
#include <vector>

namespace spectradiff {

// libsoxr's high quality, which librosa's default is: ceil(samples · to / from) of them. The same where the
// rates are equal. Any thread.
std::vector<float> resampled(std::span<const float> mono, int from_hz, int to_hz);

std::string resampler_version();  // "libsoxr-0.1.3"

}  // namespace spectradiff
