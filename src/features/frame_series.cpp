#include "frame_series.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <utility>

#include "spectradiff/base/frame_time.h"

namespace spectradiff {
namespace {

constexpr int kOnsetBands = 24;
constexpr double kOnsetTopHz = 16000;
constexpr float kOnsetCompression = 1000;
constexpr double kOnsetWindowSeconds = 0.02;  // rounded up to a power of two samples
// A rise of less than this in the mean band is rounding, not sound.
constexpr float kLeastOnset = 1e-4f;

int onset_window_samples(int sample_rate_hz) {
  return static_cast<int>(std::bit_ceil(static_cast<unsigned>(sample_rate_hz * kOnsetWindowSeconds)));
}

LogBands onset_bands(int sample_rate_hz) {
  return {kOnsetBands, static_cast<double>(sample_rate_hz) / onset_window_samples(sample_rate_hz),
          std::min(kOnsetTopHz, sample_rate_hz / 2.0)};
}

}  // namespace

FrameCursor::FrameCursor(int sample_rate_hz, const Rational& fps)
    : sample_rate_hz_(sample_rate_hz), fps_(fps), end_(frame_start_sample(1, sample_rate_hz, fps)) {}

int64_t FrameCursor::frame_of(int64_t sample) {
  while (sample >= end_) end_ = frame_start_sample(++frame_ + 1, sample_rate_hz_, fps_);
  return frame_;
}

void LevelMeter::add(const float* samples, int64_t count) {
  while (count > 0) {
    cursor_.frame_of(position_);
    const int64_t part = std::min(count, cursor_.end() - position_);
    for (int64_t i = 0; i < part; ++i) {
      squares_ += static_cast<double>(samples[i]) * samples[i];
      peak_ = std::max(peak_, std::abs(samples[i]));
    }
    frame_samples_ += part;
    position_ += part;
    samples += part;
    count -= part;
    if (position_ == cursor_.end()) close_frame();
  }
}

void LevelMeter::close_frame() {
  result_.rms.push_back(static_cast<float>(std::sqrt(squares_ / static_cast<double>(frame_samples_))));
  result_.peak.push_back(peak_);
  squares_ = 0;
  frame_samples_ = 0;
  peak_ = 0;
}

LevelMeter::Result LevelMeter::finish() {
  if (frame_samples_ > 0) close_frame();
  return std::move(result_);
}

OnsetMeter::OnsetMeter(int sample_rate_hz, const Rational& fps)
    : cursor_(sample_rate_hz, fps),
      spectrum_(onset_window_samples(sample_rate_hz), onset_window_samples(sample_rate_hz), WindowShape::hann,
                onset_bands(sample_rate_hz), sample_rate_hz),
      hop_(spectrum_.window_samples() / 2),
      current_(kOnsetBands) {}

void OnsetMeter::add(const float* samples, int64_t count) {
  pending_.insert(pending_.end(), samples, samples + count);
  measure();
}

void OnsetMeter::measure() {
  const int64_t size = spectrum_.window_samples();
  int64_t used = 0;
  for (; used + size <= static_cast<int64_t>(pending_.size()); used += hop_, window_begin_ += hop_) {
    spectrum_.magnitudes({pending_.data() + used, 0, size}, current_.data());
    for (float& value : current_) value = std::log1p(kOnsetCompression * value);
    float rise = 0;
    for (size_t band = 0; band < previous_.size(); ++band)
      rise += std::max(0.0f, current_[band] - previous_[band]);
    previous_ = current_;

    const auto frame = static_cast<size_t>(cursor_.frame_of(window_begin_ + size - 1));
    if (frame >= strength_.size()) strength_.resize(frame + 1);
    strength_[frame] = std::max(strength_[frame], rise / kOnsetBands);
  }
  pending_.erase(pending_.begin(), pending_.begin() + used);
}

std::vector<float> OnsetMeter::finish(int64_t frames) {
  const auto count = static_cast<size_t>(frames);
  pending_.resize(pending_.size() + static_cast<size_t>(hop_));
  measure();
  // Windows that reach behind the song belong to its last frame.
  const float behind =
      strength_.size() > count ? *std::max_element(strength_.begin() + frames, strength_.end()) : 0.0f;
  strength_.resize(count);
  strength_.back() = std::max(strength_.back(), behind);
  const float maximum = *std::max_element(strength_.begin(), strength_.end());
  for (float& value : strength_) value = maximum < kLeastOnset ? 0.0f : value / maximum;
  return std::move(strength_);
}

}  // namespace spectradiff
