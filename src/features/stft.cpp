#include "stft.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "log_spectrum.h"
#include "spectradiff/base/frame_time.h"

namespace spectradiff {
namespace {

constexpr int kLeastWindow = 256;

HopSize nearest_power(double samples) {
  const int window = std::max(kLeastWindow, 1 << static_cast<int>(std::lround(std::log2(samples))));
  return {window, window / 4};
}

}  // namespace

HopSize short_hops(int sample_rate_hz) {
  return nearest_power(sample_rate_hz * (2048.0 / 44100));
}

HopSize long_hops(int sample_rate_hz) {
  return nearest_power(sample_rate_hz * (4096.0 / 44100));
}

Stft::Stft(const HopSize& size, Sink sink)
    : size_(size),
      sink_(std::move(sink)),
      fft_(size.window_samples),
      window_(make_window(WindowShape::hann, size.window_samples)),
      power_(static_cast<size_t>(fft_.bins())),
      pending_(static_cast<size_t>(size.window_samples / 2)),
      window_begin_(-size.window_samples / 2) {
  double squares = 0;
  for (const float weight : window_) squares += static_cast<double>(weight) * weight;
  mean_square_scale_ = 2 / (size.window_samples * squares);
}

void Stft::add(const float* samples, int64_t count) {
  samples_ += count;
  pending_.insert(pending_.end(), samples, samples + count);
  transform(samples_);
}

void Stft::finish() {
  const int64_t last_centre = samples_ / size_.hop_samples * size_.hop_samples;
  const int64_t end = last_centre + size_.window_samples / 2;
  pending_.resize(static_cast<size_t>(std::max(end - window_begin_, int64_t{0})));
  transform(end);
}

void Stft::transform(int64_t end_sample) {
  const auto window_samples = static_cast<size_t>(size_.window_samples);
  size_t used = 0;
  for (; window_begin_ + size_.window_samples <= end_sample; window_begin_ += size_.hop_samples) {
    float* input = fft_.input();
    for (size_t i = 0; i < window_samples; ++i) input[i] = pending_[used + i] * window_[i];
    const std::complex<float>* spectrum = fft_.run();
    for (size_t k = 0; k < power_.size(); ++k) {
      power_[k] = spectrum[k].real() * spectrum[k].real() + spectrum[k].imag() * spectrum[k].imag();
    }
    sink_(power_.data());
    used += static_cast<size_t>(size_.hop_samples);
  }
  pending_.erase(pending_.begin(), pending_.begin() + static_cast<std::ptrdiff_t>(used));
}

HopReducer::Range HopReducer::hops_of(int64_t frame, int64_t hops) const {
  const SampleRange range = frame_sample_range(frame, sample_rate_hz_, fps_);
  const int64_t begin = std::min((range.begin + hop_samples_ - 1) / hop_samples_, hops);
  const int64_t end = std::min((range.end + hop_samples_ - 1) / hop_samples_, hops);
  if (begin < end) return {begin, end};
  const int64_t middle = range.begin + range.size() / 2;
  const int64_t nearest = std::min((middle + hop_samples_ / 2) / hop_samples_, hops - 1);
  return {nearest, nearest + 1};
}

std::vector<float> HopReducer::mean(const std::vector<float>& hops) const {
  std::vector<float> values(static_cast<size_t>(frames_));
  for (int64_t frame = 0; frame < frames_; ++frame) {
    const Range range = hops_of(frame, static_cast<int64_t>(hops.size()));
    double sum = 0;
    for (int64_t hop = range.begin; hop < range.end; ++hop) sum += hops[static_cast<size_t>(hop)];
    values[static_cast<size_t>(frame)] =
        static_cast<float>(sum / static_cast<double>(range.end - range.begin));
  }
  return values;
}

std::vector<float> HopReducer::maximum(const std::vector<float>& hops) const {
  std::vector<float> values(static_cast<size_t>(frames_));
  for (int64_t frame = 0; frame < frames_; ++frame) {
    const Range range = hops_of(frame, static_cast<int64_t>(hops.size()));
    values[static_cast<size_t>(frame)] =
        *std::max_element(hops.begin() + range.begin, hops.begin() + range.end);
  }
  return values;
}

}  // namespace spectradiff
