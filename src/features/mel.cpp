#include "mel.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace spectradiff {
namespace {

constexpr float kLeastPower = 1e-10f;
constexpr double kTopDb = 80;

// Slaney's mel scale: linear below 1 kHz, logarithmic above.
constexpr double kHzPerMel = 200.0 / 3;
constexpr double kLogFromHz = 1000;
constexpr double kLogFromMel = kLogFromHz / kHzPerMel;
const double kLogStep = std::log(6.4) / 27;

double mel_of(double hz) {
  return hz < kLogFromHz ? hz / kHzPerMel : kLogFromMel + std::log(hz / kLogFromHz) / kLogStep;
}

double hz_of(double mel) {
  return mel < kLogFromMel ? mel * kHzPerMel : kLogFromHz * std::exp(kLogStep * (mel - kLogFromMel));
}

}  // namespace

MelFilters::MelFilters(int sample_rate_hz, int fft_size, double top_hz, int bands) {
  const double top_mel = mel_of(std::min(top_hz, sample_rate_hz / 2.0));
  const auto edge_hz = [&](int i) { return hz_of(top_mel * i / (bands + 1)); };
  const double bin_hz = static_cast<double>(sample_rate_hz) / fft_size;
  for (int band = 0; band < bands; ++band) {
    const double low = edge_hz(band);
    const double centre = edge_hz(band + 1);
    const double high = edge_hz(band + 2);
    Filter filter{std::min(static_cast<int>(low / bin_hz) + 1, fft_size / 2), {}};
    for (int bin = filter.first_bin; bin <= fft_size / 2 && bin * bin_hz < high; ++bin) {
      const double hz = bin * bin_hz;
      const double weight = std::min((hz - low) / (centre - low), (high - hz) / (high - centre));
      filter.weights.push_back(static_cast<float>(std::max(weight, 0.0) * 2 / (high - low)));
    }
    filters_.push_back(std::move(filter));
  }
}

void MelFilters::apply(const float* power, float* mel) const {
  for (const Filter& filter : filters_) {
    const float* bin = power + filter.first_bin;
    float sum = 0;
    for (const float weight : filter.weights) sum += weight * *bin++;
    *mel++ = sum;
  }
}

void MelFrames::add(const float* mel) {
  for (int band = 0; band < kMelBands; ++band) {
    const float db = 10 * std::log10(std::max(mel[band], kLeastPower));
    const auto units = static_cast<long>(std::lround((db + 100) * static_cast<float>(kUnitsPerDb)));
    units_.push_back(static_cast<uint16_t>(std::clamp(units, 0L, 65535L)));
    maximum_ = std::max(maximum_, units_.back());
  }
}

uint16_t MelFrames::floor() const {
  constexpr auto kTopUnits = static_cast<uint16_t>(kTopDb * kUnitsPerDb);
  return static_cast<uint16_t>(maximum_ > kTopUnits ? maximum_ - kTopUnits : 0);
}

Cepstrum::Cepstrum(int coefficients)
    : coefficients_(coefficients), basis_(size_t{kMelBands} * static_cast<size_t>(coefficients)) {
  for (int band = 0; band < kMelBands; ++band) {
    for (int k = 0; k < coefficients; ++k) {
      const double scale = std::sqrt((k == 0 ? 1.0 : 2.0) / kMelBands);
      basis_[static_cast<size_t>(band) * static_cast<size_t>(coefficients) + static_cast<size_t>(k)] =
          static_cast<float>(scale * std::cos(std::numbers::pi * k * (band + 0.5) / kMelBands));
    }
  }
}

void Cepstrum::apply(const MelFrames& mel, int64_t hop, float* mfcc) const {
  const uint16_t floor = mel.floor();
  const uint16_t* units = mel.hop(hop);
  std::fill_n(mfcc, coefficients_, 0.0f);
  const float* basis = basis_.data();
  for (int band = 0; band < kMelBands; ++band) {
    const auto db = static_cast<float>(MelFrames::decibels(std::max(units[band], floor)));
    for (int k = 0; k < coefficients_; ++k) mfcc[k] += db * *basis++;
  }
}

}  // namespace spectradiff
