#include "sound_spectra.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "log_spectrum.h"

namespace spectradiff {
namespace {

constexpr int kHannSamples = 2048, kHannHop = 512;
constexpr double kFaintest = 1e-10, kDepthDb = 80;

}  // namespace

SpectrumAround::SpectrumAround(int window_samples)
    : fft_(window_samples), window_(make_window(WindowShape::hann, window_samples)) {}

void SpectrumAround::power(const HeardSound& sound, int64_t middle, float* power) {
  const int64_t begin = middle - fft_.size() / 2;
  const int64_t first = std::clamp<int64_t>(sound.heard.begin - begin, 0, fft_.size());
  const int64_t last = std::clamp<int64_t>(sound.heard.end - begin, first, fft_.size());
  float* input = fft_.input();
  std::fill(input, input + first, 0.0f);
  for (int64_t i = first; i < last; ++i)
    input[i] = sound.song[static_cast<size_t>(begin + i)] * window_[static_cast<size_t>(i)];
  std::fill(input + last, input + fft_.size(), 0.0f);
  const std::complex<float>* spectrum = fft_.run();
  for (int k = 0; k < fft_.bins(); ++k)
    power[k] = spectrum[k].real() * spectrum[k].real() + spectrum[k].imag() * spectrum[k].imag();
}

MelSpectrogram::MelSpectrogram(double top_hz)
    : spectrum_(kHannSamples), filters_(kSoundRateHz, kHannSamples, top_hz) {}

Matrix MelSpectrogram::of(const HeardSound& sound, const SampleRange& piece) {
  Matrix mel{kMelBands, static_cast<int>(1 + piece.size() / kHannHop), {}};
  mel.values.resize(static_cast<size_t>(mel.rows) * static_cast<size_t>(mel.columns));
  std::vector<float> power(static_cast<size_t>(spectrum_.bins()));
  float bands[kMelBands];
  for (int hop = 0; hop < mel.columns; ++hop) {
    spectrum_.power(sound, piece.begin + int64_t{hop} * kHannHop, power.data());
    filters_.apply(power.data(), bands);
    for (int band = 0; band < kMelBands; ++band)
      mel.values[static_cast<size_t>(band) * static_cast<size_t>(mel.columns) + static_cast<size_t>(hop)] =
          bands[band];
  }
  return mel;
}

void to_decibels(std::vector<float>& powers, double reference, std::optional<double> loudest) {
  const auto decibels = [](double power) { return 10 * std::log10(std::max(power, kFaintest)); };
  const double most = loudest.value_or(powers.empty() ? 0 : *std::max_element(powers.begin(), powers.end()));
  const double floor = decibels(most) - kDepthDb;
  for (float& power : powers)
    power = static_cast<float>(std::max(decibels(power), floor) - decibels(reference));
}

Matrix cepstrum(const Matrix& decibels, int coefficients) {
  Matrix made{coefficients, decibels.columns, {}};
  const auto columns = static_cast<size_t>(decibels.columns);
  for (int k = 0; k < coefficients; ++k) {
    std::vector<double> line(columns);
    const double scale = std::sqrt((k == 0 ? 1.0 : 2.0) / decibels.rows);
    for (int band = 0; band < decibels.rows; ++band) {
      const double weight = scale * std::cos(std::numbers::pi * k * (band + 0.5) / decibels.rows);
      for (size_t hop = 0; hop < columns; ++hop)
        line[hop] += weight * decibels.values[static_cast<size_t>(band) * columns + hop];
    }
    made.values.insert(made.values.end(), line.begin(), line.end());
  }
  return made;
}

}  // namespace spectradiff
