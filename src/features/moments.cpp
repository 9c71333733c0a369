#include "moments.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace spectradiff {
namespace {

// A sum of magnitudes below this is silence, a spread below it a single line of the spectrum.
constexpr double kLeastSum = 1e-12;
constexpr double kLeastSpread = 1e-6;

}  // namespace

void MomentMeter::add(const float* samples, int64_t count) {
  const auto take = [&](int64_t offset, int64_t part) {
    frame_.insert(frame_.end(), samples + offset, samples + offset + part);
  };
  cutter_.add(count, take, [this](int64_t) { close_frame(); });
}

void MomentMeter::finish() {
  cutter_.finish([this](int64_t) { close_frame(); });
}

RealFft<double>& MomentMeter::fft_of(int size) {
  std::unique_ptr<RealFft<double>>& fft = ffts_[size];
  if (!fft) fft = std::make_unique<RealFft<double>>(size);
  return *fft;
}

void MomentMeter::close_frame() {
  RealFft<double>& fft = fft_of(static_cast<int>(std::bit_ceil(frame_.size())));
  double* input = fft.input();
  std::copy(frame_.begin(), frame_.end(), input);
  std::fill(input + frame_.size(), input + fft.size(), 0.0);
  const std::complex<double>* spectrum = fft.run();
  frame_.clear();

  const auto bins = static_cast<size_t>(fft.bins());
  magnitudes_.resize(bins);
  double sum = 0;
  double first = 0;
  for (size_t k = 0; k < bins; ++k) {
    magnitudes_[k] = std::sqrt(std::norm(spectrum[k]));
    sum += magnitudes_[k];
    first += magnitudes_[k] * static_cast<double>(k);
  }
  double moments[5] = {};  // central ones of the second to fourth order, in bins
  const double centre = sum < kLeastSum ? 0 : first / sum;
  for (size_t k = 0; k < bins && sum >= kLeastSum; ++k) {
    const double distance = static_cast<double>(k) - centre;
    const double square = distance * distance * magnitudes_[k] / sum;
    moments[2] += square;
    moments[3] += square * distance;
    moments[4] += square * distance * distance;
  }
  const double bin_hz = static_cast<double>(sample_rate_hz_) / fft.size();
  const double deviation = std::sqrt(moments[2]);
  const bool line = deviation * bin_hz < kLeastSpread;
  centroid.push_back(static_cast<float>(centre * bin_hz));
  spread.push_back(static_cast<float>(deviation * bin_hz));
  skewness.push_back(static_cast<float>(line ? 0 : moments[3] / std::pow(deviation, 3)));
  kurtosis.push_back(static_cast<float>(line ? 0 : moments[4] / std::pow(deviation, 4)));
}

}  // namespace spectradiff
