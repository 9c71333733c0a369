#include "log_spectrum.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numbers>

namespace spectradiff {

std::vector<float> make_window(WindowShape shape, int size) {
  std::vector<float> window(static_cast<size_t>(size), 1.0f);
  if (shape == WindowShape::rect) return window;
  for (int i = 0; i < size; ++i) {
    window[static_cast<size_t>(i)] =
        static_cast<float>(0.5 - 0.5 * std::cos(2 * std::numbers::pi * i / size));
  }
  return window;
}

double LogBands::octaves_per_band() const {
  const double octaves = std::log2(fmax_hz / fmin_hz);
  return count > 1 ? octaves / (count - 1) : octaves;
}

double LogBands::centre_hz(int band) const {
  return fmin_hz * std::exp2(octaves_per_band() * (count > 1 ? band : 0.5));
}

LogSpectrum::LogSpectrum(int window_samples, int fft_size, WindowShape shape, const LogBands& bands,
                         int64_t frame_samples, int sample_rate_hz)
    : fft_(fft_size),
      window_(make_window(shape, window_samples)),
      power_(static_cast<size_t>(fft_.bins())),
      samples_(window_.size()) {
  double sum = 0;
  double squares = 0;
  for (const float weight : window_) {
    sum += weight;
    squares += static_cast<double>(weight) * weight;
  }
  sine_scale_ = static_cast<float>(2 / sum);
  power_scale_ = static_cast<float>(4 / (fft_size * squares));
  const double noise_bins = fft_size * squares / (sum * sum);

  const double bins_per_hz = static_cast<double>(fft_size) / sample_rate_hz;
  const double half_step = std::exp2(bands.octaves_per_band() / 2);
  std::vector<FrameGate::Band> edges;
  for (int i = 0; i < bands.count; ++i) {
    const double centre_hz = bands.centre_hz(i);
    centres_hz_.push_back(static_cast<float>(centre_hz));
    edges.push_back({centre_hz / half_step, centre_hz, centre_hz * half_step});
    bands_.push_back(make_band(edges.back().low_hz * bins_per_hz, centre_hz * bins_per_hz,
                               edges.back().high_hz * bins_per_hz, noise_bins));
  }
  if (frame_samples < window_samples)
    gate_.emplace(window_, fft_size, static_cast<int>(frame_samples), edges, sample_rate_hz);
}

// FFT bin k holds what lies between k - 1/2 and k + 1/2.
LogSpectrum::Band LogSpectrum::make_band(double low_bin, double centre_bin, double high_bin,
                                         double noise_bins) const {
  const int top = fft_.bins() - 1;
  Band band{};
  if (high_bin - low_bin <= noise_bins) {
    band.first = std::min(static_cast<int>(centre_bin), top - 1);
    band.last = -1;
    band.first_weight = static_cast<float>(centre_bin - band.first);
    return band;
  }
  const double low = std::max(low_bin, 0.0) + 0.5;
  const double high = std::min(high_bin + 0.5, top + 1.0);
  band.first = static_cast<int>(low);
  band.last = std::min(static_cast<int>(high), top);
  band.first_weight = static_cast<float>(std::min(band.first + 1.0, high) - low);
  band.last_weight = band.last > band.first ? static_cast<float>(high - band.last) : 0.0f;
  return band;
}

void LogSpectrum::magnitudes(const SampleWindow::View& view, float* magnitudes) {
  const float offset = view.median();
  std::fill(samples_.begin(), samples_.end(), 0.0f);
  for (int64_t i = view.song_begin; i < view.song_end; ++i)
    samples_[static_cast<size_t>(i)] = view.samples[i] - offset;
  std::transform(samples_.begin(), samples_.end(), window_.begin(), fft_.input(), std::multiplies<>());
  const std::complex<float>* spectrum = fft_.run();
  for (size_t k = 0; k < power_.size(); ++k) {
    power_[k] = spectrum[k].real() * spectrum[k].real() + spectrum[k].imag() * spectrum[k].imag();
  }
  float* magnitude = magnitudes;
  for (const Band& band : bands_) {
    const float* power = power_.data() + band.first;
    if (band.last < 0) {
      const float below = std::sqrt(power[0]);
      *magnitude++ = sine_scale_ * (below + band.first_weight * (std::sqrt(power[1]) - below));
      continue;
    }
    float total = power[0] * band.first_weight;
    for (int k = band.first + 1; k < band.last; ++k) total += power_[static_cast<size_t>(k)];
    if (band.last > band.first) total += power_[static_cast<size_t>(band.last)] * band.last_weight;
    *magnitude++ = std::sqrt(power_scale_ * total);
  }
  if (gate_) gate_->apply(samples_, power_, magnitudes);
}

}  // namespace spectradiff
