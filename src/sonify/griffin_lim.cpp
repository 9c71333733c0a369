#include <cmath>

#include "spectradiff/base/error.h"
#include "spectradiff/sonify/sonify.h"

namespace spectradiff {
namespace {

constexpr int kIterations = 32;
constexpr double kMomentum = 0.99;

// SplitMix64.
double unit_number(uint64_t& state) {
  uint64_t z = state += 0x9E3779B97F4A7C15;
  z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9;
  z = (z ^ z >> 27) * 0x94D049BB133111EB;
  return static_cast<double>((z ^ z >> 31) >> 11) * 0x1p-53;
}

ShortTimeSpectra with_phases(const Magnitudes& magnitudes, const ShortTimeSpectra& phases) {
  ShortTimeSpectra spectra = phases;
  for (size_t frame = 0; frame < spectra.size(); ++frame) {
    for (size_t bin = 0; bin < spectra[frame].size(); ++bin) spectra[frame][bin] *= magnitudes[frame][bin];
  }
  return spectra;
}

}  // namespace

ShortTimeSpectra random_phases(size_t frames, int bins, uint64_t seed) {
  uint64_t state = seed;
  ShortTimeSpectra phases(frames);
  for (auto& frame : phases) {
    for (int bin = 0; bin < bins; ++bin) {
      const double real = unit_number(state);
      frame.emplace_back(real, unit_number(state));
    }
  }
  return phases;
}

std::vector<double> griffin_lim(const Magnitudes& magnitudes, const ShortTime& size,
                                ShortTimeSpectra phases) {
  constexpr double kStep = kMomentum / (1 + kMomentum), kTiny = 1e-16;
  ShortTimeSpectra before;
  for (int iteration = 0; iteration < kIterations; ++iteration) {
    ShortTimeSpectra rebuilt =
        short_time_spectra(from_short_time(with_phases(magnitudes, phases), size), size);
    for (size_t frame = 0; frame < phases.size(); ++frame) {
      for (size_t bin = 0; bin < phases[frame].size(); ++bin) {
        std::complex<double> phase = rebuilt[frame][bin];
        if (!before.empty()) phase -= before[frame][bin] * kStep;
        phases[frame][bin] = phase / (std::abs(phase) + kTiny);
      }
    }
    before = std::move(rebuilt);
  }
  return from_short_time(with_phases(magnitudes, phases), size);
}

}  // namespace spectradiff
