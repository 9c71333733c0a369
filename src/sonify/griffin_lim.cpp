#include <cmath>

#include "spectradiff/base/error.h"
#include "spectradiff/base/number.h"
#include "spectradiff/sonify/sonify.h"

namespace spectradiff {
namespace {

constexpr int kIterations = 32;
constexpr double kMomentum = 0.99;

ShortTimeSpectra with_phases(const Magnitudes& magnitudes, const ShortTimeSpectra& phases) {
  ShortTimeSpectra spectra = phases;
  for (size_t frame = 0; frame < spectra.size(); ++frame) {
    for (size_t bin = 0; bin < spectra[frame].size(); ++bin) spectra[frame][bin] *= magnitudes[frame][bin];
  }
  return spectra;
}

}  // namespace

ShortTimeSpectra random_phases(size_t frames, int bins, uint64_t seed) {
  SplitMix64 dice(seed);
  ShortTimeSpectra phases(frames);
  for (auto& frame : phases) {
    for (int bin = 0; bin < bins; ++bin) {
      const double real = dice.unit();
      frame.emplace_back(real, dice.unit());
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
