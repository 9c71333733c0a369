#include "heard_mix.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "log_spectrum.h"
#include "stft.h"

namespace spectradiff {
namespace {

constexpr double kThirdOctave = 1.26;
constexpr size_t kNarrowestBand = 12;  // bins: single ones cancel by chance
constexpr double kMemory = 0.8;        // of a band, from window to window
// Shares of the channels' mean power, times their number, from which on the mean is taken to lose something,
// and at which it is lost.
constexpr double kLosing = 0.2, kLost = 0.1;
constexpr double kFarLouder = 4;
// Power of a window below which nothing is heard: -120 dB of full scale.
constexpr double kNothing = 1e-12;

}  // namespace

HeardMix::HeardMix(int channels, int sample_rate_hz)
    : channels_(static_cast<size_t>(channels)),
      fft_(short_hops(sample_rate_hz).window_samples),
      inverse_(fft_.size()),
      window_(make_window(WindowShape::hann, fft_.size())),
      pending_(channels_, std::vector<float>(window_.size() / 2)),
      mixed_(window_.size() / 2),
      spectra_(channels_),
      mean_(static_cast<size_t>(fft_.bins())),
      correction_(mean_.size()),
      window_begin_(-static_cast<int64_t>(window_.size() / 2)) {
  for (float& weight : window_) weight = std::sqrt(weight);
  for (size_t begin = 0; begin < mean_.size();) {
    const auto wide = static_cast<size_t>(static_cast<double>(begin) * kThirdOctave);
    const size_t end = std::min(mean_.size(), std::max(begin + kNarrowestBand, wide));
    bands_.push_back({begin, end, 0, std::vector<double>(channels_), 0});
    begin = end;
  }
}

void HeardMix::add(const float* interleaved, const float* mean, int64_t samples) {
  for (int64_t i = 0; i < samples; ++i) {
    for (size_t channel = 0; channel < channels_; ++channel) pending_[channel].push_back(*interleaved++);
  }
  mixed_.insert(mixed_.end(), mean, mean + samples);
  samples_ += samples;
  transform();
}

void HeardMix::finish() {
  const size_t size = mixed_.size() + window_.size();
  for (std::vector<float>& channel : pending_) channel.resize(size);
  mixed_.resize(size);
  transform();
}

std::vector<float> HeardMix::take() {
  return std::exchange(ready_, {});
}

void HeardMix::transform() {
  const size_t size = window_.size(), hop = size / 2;
  size_t place = 0;
  for (; place + size <= mixed_.size(); place += hop) {
    std::fill(mean_.begin(), mean_.end(), 0.0f);
    for (size_t channel = 0; channel < channels_; ++channel) {
      for (size_t i = 0; i < size; ++i) fft_.input()[i] = pending_[channel][place + i] * window_[i];
      const std::complex<float>* spectrum = fft_.run();
      spectra_[channel].assign(spectrum, spectrum + mean_.size());
      for (size_t k = 0; k < mean_.size(); ++k) mean_[k] += spectrum[k] / static_cast<float>(channels_);
    }
    for (Band& band : bands_) correct(band);
    if (std::exchange(corrects_, false)) add_correction(place);
    // The next window reaches what lies behind its first half alone.
    const int64_t from = std::max<int64_t>(0, -window_begin_);
    const int64_t to = std::min<int64_t>(static_cast<int64_t>(hop), samples_ - window_begin_);
    const auto begin = mixed_.begin() + static_cast<std::ptrdiff_t>(place);
    if (from < to) ready_.insert(ready_.end(), begin + from, begin + to);
    window_begin_ += static_cast<int64_t>(hop);
  }
  for (std::vector<float>& channel : pending_)
    channel.erase(channel.begin(), channel.begin() + static_cast<std::ptrdiff_t>(place));
  mixed_.erase(mixed_.begin(), mixed_.begin() + static_cast<std::ptrdiff_t>(place));
}

void HeardMix::correct(Band& band) {
  const auto power_of = [&band](const std::vector<std::complex<float>>& spectrum) {
    double sum = 0;
    for (size_t k = band.begin; k < band.end; ++k) sum += static_cast<double>(std::norm(spectrum[k]));
    return sum;
  };
  double all = 0;
  for (size_t channel = 0; channel < channels_; ++channel) {
    band.power[channel] = kMemory * band.power[channel] + power_of(spectra_[channel]);
    all += band.power[channel];
  }
  band.mean_power = kMemory * band.mean_power + power_of(mean_);
  const double average = all / static_cast<double>(channels_);
  const auto size = static_cast<double>(window_.size());
  if (average < kNothing * size * size) return;
  const double kept = band.mean_power / average * static_cast<double>(channels_);
  const double share = std::clamp((kLosing - kept) / (kLosing - kLost), 0.0, 1.0);
  if (share == 0) return;
  corrects_ = true;
  // Two that are equally loud must not take turns: they may be each other's opposite.
  const auto loudest = std::max_element(band.power.begin(), band.power.end());
  if (*loudest > kFarLouder * band.power[band.voice])
    band.voice = static_cast<size_t>(loudest - band.power.begin());
  const double gain = std::sqrt(average / band.power[band.voice]);
  for (size_t k = band.begin; k < band.end; ++k) {
    const std::complex<double> heard(spectra_[band.voice][k]), mean(mean_[k]);
    correction_[k] = share * (gain * heard - mean);
  }
}

void HeardMix::add_correction(size_t place) {
  std::copy(correction_.begin(), correction_.end(), inverse_.input());
  std::fill(correction_.begin(), correction_.end(), 0.0);
  const double* samples = inverse_.run();
  for (size_t i = 0; i < window_.size(); ++i)
    mixed_[place + i] += static_cast<float>(samples[i] * window_[i] / static_cast<double>(window_.size()));
}

}  // namespace spectradiff
