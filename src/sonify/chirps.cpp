#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>

#include "channels.h"

namespace spectradiff {
namespace {

double column_mean(const Canvas& picture, int column, PictureChannel channel) {
  double sum = 0;
  for (int row = 0; row < picture.height(); ++row)
    sum += channel_of(picture.row(row) + static_cast<size_t>(column) * 3, channel);
  return sum / picture.height();
}

}  // namespace

// NumPy's linspace(0, duration, samples) ends with the duration itself. A chirp's phase grows by a difference
// that grows itself: two products a sample, begun anew often enough that nothing drifts.
std::vector<double> chirps(const Canvas& picture, const ChirpRoles& roles, double duration_s, int rate_hz) {
  constexpr double kTopHz = 800, kRise = 1.5, kLeast = 0.2;
  constexpr int64_t kAnew = 256;
  const auto count = static_cast<int64_t>(std::llround(duration_s * rate_hz));
  const double step_s = duration_s / static_cast<double>(std::max<int64_t>(count - 1, 1));
  std::vector<double> sum(static_cast<size_t>(count));
  for (int column = 0; column < picture.width(); ++column) {
    const double begin_hz = kTopHz * column_mean(picture, column, roles.pitch);
    const double growth = (kRise - 1) * begin_hz / duration_s;
    const double level =
        (kLeast + (1 - kLeast) * column_mean(picture, column, roles.level)) / picture.width();
    const double share = roles.length ? column_mean(picture, column, *roles.length) : 1;
    const auto end = static_cast<int64_t>(std::llround(share * static_cast<double>(count)));
    const auto phase = [&](double t) { return 2 * std::numbers::pi * (begin_hz * t + 0.5 * growth * t * t); };
    const auto turn = std::polar(1.0, 2 * std::numbers::pi * growth * step_s * step_s);
    for (int64_t first = 0; first < end; first += kAnew) {
      const double t = static_cast<double>(first) * step_s;
      std::complex<double> value = std::polar(level, phase(t));
      std::complex<double> grows = std::polar(1.0, phase(t + step_s) - phase(t));
      for (int64_t i = first; i < std::min(first + kAnew, end); ++i) {
        sum[static_cast<size_t>(i)] += value.real();
        value *= grows;
        grows *= turn;
      }
    }
  }
  return sum;
}

}  // namespace spectradiff
