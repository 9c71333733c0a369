#include "frame_gate.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace spectradiff {
namespace {

constexpr double kRamp = 0.025;  // of the frame, at either end of its window
constexpr double kEdge = 0.1;    // where the ramps begin: a click in the frame's first sample is heard
constexpr double kReach = 1.5;   // over the frame's length: a steady pitch lies within it, but for 7 %

// 1 but for its ends, which keep a loud pitch out of bands far away.
std::vector<float> frame_window(int size) {
  std::vector<float> window(static_cast<size_t>(size), 1.0f);
  const int ramp = static_cast<int>(size * kRamp);
  for (int i = 0; i < ramp; ++i) {
    const double weight = kEdge + (1 - kEdge) * (0.5 - 0.5 * std::cos(std::numbers::pi * (i + 0.5) / ramp));
    window[static_cast<size_t>(i)] = window[static_cast<size_t>(size - 1 - i)] = static_cast<float>(weight);
  }
  return window;
}

double sum_of_squares(std::span<const float> window) {
  double sum = 0;
  for (const float weight : window) sum += static_cast<double>(weight) * weight;
  return sum;
}

void add_up(std::span<const float> power, std::vector<double>& sums) {
  for (size_t k = 0; k < power.size(); ++k) sums[k + 1] = sums[k] + power[k];
}

}  // namespace

FrameGate::FrameGate(std::span<const float> window, int fft_size, int frame_samples,
                     std::span<const Band> bands, int sample_rate_hz)
    : fft_(fast_fft_size(2 * frame_samples)),
      window_(frame_window(frame_samples)),
      long_sums_(static_cast<size_t>(fft_size / 2 + 2)),
      frame_sums_(static_cast<size_t>(fft_.bins() + 1)) {
  const double long_squares = sum_of_squares(window), frame_squares = sum_of_squares(window_);
  per_sample_ = fft_size * long_squares / (fft_.size() * frame_squares);
  most_ = long_squares / frame_squares;
  const double resolved_hz = kReach * sample_rate_hz / frame_samples;
  for (const Band& band : bands) {
    const double low_hz = std::min(band.low_hz, band.centre_hz - resolved_hz);
    const double high_hz = std::max(band.high_hz, band.centre_hz + resolved_hz);
    long_ranges_.push_back(range_of(low_hz, high_hz, fft_size, sample_rate_hz));
    frame_ranges_.push_back(range_of(low_hz, high_hz, fft_.size(), sample_rate_hz));
  }
}

// FFT bin k holds what lies between k - 1/2 and k + 1/2.
FrameGate::Range FrameGate::range_of(double low_hz, double high_hz, int fft_size, int sample_rate_hz) {
  const double top = fft_size / 2 + 1;
  return {std::clamp(low_hz * fft_size / sample_rate_hz + 0.5, 0.5, top),
          std::clamp(high_hz * fft_size / sample_rate_hz + 0.5, 0.5, top)};
}

double FrameGate::between(const std::vector<double>& sums, const Range& range) {
  const auto below = [&](double bin) {
    const auto whole = std::min(static_cast<size_t>(bin), sums.size() - 2);
    return sums[whole] + (bin - static_cast<double>(whole)) * (sums[whole + 1] - sums[whole]);
  };
  return below(range.end) - below(range.begin);
}

void FrameGate::apply(std::span<const float> samples, std::span<const float> long_power, float* magnitudes) {
  const size_t begin = samples.size() / 2 - window_.size() / 2;
  for (size_t i = 0; i < window_.size(); ++i) fft_.input()[i] = samples[begin + i] * window_[i];
  const std::complex<float>* spectrum = fft_.run();
  for (size_t k = 0; k + 1 < frame_sums_.size(); ++k)
    frame_sums_[k + 1] = frame_sums_[k] + std::norm(std::complex<double>(spectrum[k]));
  add_up(long_power, long_sums_);
  for (size_t band = 0; band < long_ranges_.size(); ++band) {
    const double heard = between(long_sums_, long_ranges_[band]);
    const double in_frame = between(frame_sums_, frame_ranges_[band]);
    const double quotient = heard > 0 ? std::min(in_frame / heard * per_sample_, most_) : 0;
    magnitudes[band] *= static_cast<float>(std::sqrt(quotient));
  }
}

}  // namespace spectradiff
