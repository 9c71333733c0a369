#include "spectradiff/features/short_time.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>

#include "fft.h"
#include "spectradiff/base/error.h"

namespace spectradiff {
namespace {

std::vector<double> hann_in_the_middle(const ShortTime& size) {
  std::vector<double> window(static_cast<size_t>(size.fft_size));
  const int begin = (size.fft_size - size.window) / 2;
  for (int i = 0; i < size.window; ++i)
    window[static_cast<size_t>(begin + i)] = 0.5 - 0.5 * std::cos(2 * std::numbers::pi * i / size.window);
  return window;
}

}  // namespace

ShortTimeSpectra short_time_spectra(std::span<const double> samples, const ShortTime& size) {
  const auto count = static_cast<int64_t>(samples.size());
  const int64_t half = size.fft_size / 2;
  if (count <= half)
    throw_error(ErrorKind::internal, "{} samples are too few for spectra of {}", count, size.fft_size);
  const std::vector<double> window = hann_in_the_middle(size);
  RealFft<double> fft(size.fft_size);
  ShortTimeSpectra spectra;
  for (int64_t middle = 0; middle <= count; middle += size.hop) {
    for (int64_t i = 0; i < size.fft_size; ++i) {
      int64_t place = std::abs(middle - half + i);
      if (place >= count) place = 2 * (count - 1) - place;
      fft.input()[i] = window[static_cast<size_t>(i)] * samples[static_cast<size_t>(place)];
    }
    const std::complex<double>* spectrum = fft.run();
    spectra.emplace_back(spectrum, spectrum + size.bins());
  }
  return spectra;
}

std::vector<double> from_short_time(const ShortTimeSpectra& spectra, const ShortTime& size) {
  if (spectra.empty()) return {};
  const std::vector<double> window = hann_in_the_middle(size);
  const auto fft_size = static_cast<size_t>(size.fft_size);
  const size_t whole = fft_size + static_cast<size_t>(size.hop) * (spectra.size() - 1);
  std::vector<double> sum(whole), squares(whole);
  InverseFft fft(size.fft_size);
  for (size_t frame = 0; frame < spectra.size(); ++frame) {
    std::copy(spectra[frame].begin(), spectra[frame].end(), fft.input());
    const double* samples = fft.run();
    const size_t begin = frame * static_cast<size_t>(size.hop);
    for (size_t i = 0; i < fft_size; ++i) {
      sum[begin + i] += samples[i] * window[i] / static_cast<double>(fft_size);
      squares[begin + i] += window[i] * window[i];
    }
  }
  const size_t half = fft_size / 2;
  std::vector<double> made;
  for (size_t i = half; i < whole - half; ++i) made.push_back(squares[i] > 1e-11 ? sum[i] / squares[i] : 0);
  return made;
}

std::vector<std::vector<double>> htk_mel_filters(int sample_rate_hz, int bins, int bands, double low_hz,
                                                 double high_hz) {
  const auto mel = [](double hz) { return 2595 * std::log10(1 + hz / 700); };
  const auto hz_at = [&](int i) {
    const double place = mel(low_hz) + (mel(high_hz) - mel(low_hz)) * i / (bands + 1);
    return 700 * (std::pow(10, place / 2595) - 1);
  };
  std::vector<std::vector<double>> filters;
  for (int band = 0; band < bands; ++band) {
    const double low = hz_at(band), centre = hz_at(band + 1), high = hz_at(band + 2);
    std::vector<double>& filter = filters.emplace_back();
    for (int bin = 0; bin < bins; ++bin) {
      const double hz = sample_rate_hz / 2.0 * bin / (bins - 1);
      filter.push_back(std::max(0.0, std::min((hz - low) / (centre - low), (high - hz) / (high - centre))));
    }
  }
  return filters;
}

}  // namespace spectradiff
