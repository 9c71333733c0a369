// Sound made longer or shorter at the same pitch.
#pragma once

#include <span>
#include <vector>

namespace spectradiff {

// Rubber Band's finer engine, offline, all channels as one: round(samples · times) of them.
// [samples][channels], `times` 0.1..100. Any thread.
std::vector<float> stretched(std::span<const float> interleaved, int channels, int sample_rate_hz,
                             double times);

}  // namespace spectradiff
