#include "frame_series.h"

#include <algorithm>
#include <cmath>

#include "spectradiff/base/frame_time.h"

namespace spectradiff {
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

void LevelMeter::finish() {
  if (frame_samples_ > 0) close_frame();
}

}  // namespace spectradiff
