#include "spectradiff/audio/resample.h"

#include <soxr.h>

#include <cstdint>

#include "spectradiff/base/error.h"

namespace spectradiff {

std::vector<float> resampled(std::span<const float> mono, int from_hz, int to_hz) {
  if (from_hz == to_hz) return {mono.begin(), mono.end()};
  const auto count = static_cast<int64_t>(mono.size());
  std::vector<float> made(static_cast<size_t>((count * to_hz + from_hz - 1) / from_hz));
  if (mono.empty()) return made;
  const soxr_quality_spec_t quality = soxr_quality_spec(SOXR_HQ, 0);
  size_t written = 0;
  const soxr_error_t failed = soxr_oneshot(from_hz, to_hz, 1, mono.data(), mono.size(), nullptr, made.data(),
                                           made.size(), &written, nullptr, &quality, nullptr);
  if (failed != nullptr)
    throw_error(ErrorKind::internal, "libsoxr cannot bring {} Hz to {} Hz: {}", from_hz, to_hz, failed);
  return made;
}

std::string resampler_version() {
  return soxr_version();
}

}  // namespace spectradiff
