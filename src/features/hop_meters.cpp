#include "hop_meters.h"

#include <algorithm>

namespace spectradiff {
namespace {

// Sum of power between two places on the axis of bins, bin k covering k - 1/2 to k + 1/2.
double power_between(const float* power, int bins, double low_bin, double high_bin) {
  const double low = std::max(low_bin + 0.5, 0.5);
  const double high = std::min(high_bin + 0.5, bins - 0.5);
  if (low >= high) return 0;
  const int first = static_cast<int>(low);
  const int last = std::min(static_cast<int>(high), bins - 1);
  if (first == last) return power[first] * (high - low);
  double sum = power[first] * (first + 1 - low) + power[last] * (high - last);
  for (int bin = first + 1; bin < last; ++bin) sum += power[bin];
  return sum;
}

std::vector<float> scaled(const std::vector<float>& values, double scale) {
  std::vector<float> result;
  result.reserve(values.size());
  for (const float value : values) result.push_back(static_cast<float>(value * scale));
  return result;
}

}  // namespace

ShortHopMeter::ShortHopMeter(const AudioInfo& song, bool wants_mel, const std::vector<Band>& bands)
    : stft_(short_hops(song.sample_rate_hz), [this](const float* power) { measure(power); }) {
  const HopSize size = short_hops(song.sample_rate_hz);
  if (wants_mel) {
    filters_.emplace(song.sample_rate_hz, size.window_samples);
    mel_.reserve(song.samples / size.hop_samples + 1);
  }
  const double bins_per_hz = static_cast<double>(size.window_samples) / song.sample_rate_hz;
  for (const Band& band : bands)
    edges_.push_back({band.low_hz * bins_per_hz, band.high_hz * bins_per_hz, {}});
}

void ShortHopMeter::measure(const float* power) {
  if (filters_) {
    std::array<float, kMelBands> mel;
    filters_->apply(power, mel.data());
    mel_.add(mel.data());
  }
  for (Edges& edges : edges_) {
    edges.energy.push_back(static_cast<float>(
        stft_.mean_square_scale() * power_between(power, stft_.bins(), edges.low_bin, edges.high_bin)));
  }
}

LongHopMeter::LongHopMeter(int sample_rate_hz, bool wants_chroma, bool wants_parts)
    : stft_(long_hops(sample_rate_hz), [this](const float* power) { measure(power); }) {
  if (wants_chroma) {
    filters_.emplace(sample_rate_hz, long_hops(sample_rate_hz).window_samples);
    pitches_.emplace(sample_rate_hz, long_hops(sample_rate_hz).window_samples);
  }
  if (wants_parts) parts_.emplace(stft_.bins());
}

void LongHopMeter::measure(const float* power) {
  if (filters_) chroma_.push_back(filters_->apply(power));
  if (pitches_) pitches_->add(power);
  if (parts_) parts_->add(power);
}

void LongHopMeter::finish() {
  stft_.finish();
  if (!parts_) return;
  parts_->finish();
  harmonic_ = scaled(parts_->harmonic(), stft_.mean_square_scale());
  percussive_ = scaled(parts_->percussive(), stft_.mean_square_scale());
}

}  // namespace spectradiff
