#include "frame_series.h"

#include <cmath>

#include "spectradiff/base/frame_time.h"

namespace spectradiff {

FrameCutter::FrameCutter(int sample_rate_hz, const Rational& fps)
    : sample_rate_hz_(sample_rate_hz), fps_(fps) {
  next_frame();
}

void FrameCutter::next_frame() {
  begin_ = position_;
  while (end_ <= position_) end_ = frame_start_sample(++frame_ + 1, sample_rate_hz_, fps_);
}

void LevelMeter::add(const float* samples, int64_t count) {
  const auto take = [&](int64_t offset, int64_t part) {
    for (const float* sample = samples + offset; sample < samples + offset + part; ++sample) {
      squares_ += static_cast<double>(*sample) * *sample;
      peak_ = std::max(peak_, std::abs(*sample));
    }
  };
  cutter_.add(count, take, [this](int64_t frame_samples) { close_frame(frame_samples); });
}

void LevelMeter::close_frame(int64_t samples) {
  result_.rms.push_back(static_cast<float>(std::sqrt(squares_ / static_cast<double>(samples))));
  result_.peak.push_back(peak_);
  squares_ = 0;
  peak_ = 0;
}

void LevelMeter::finish() {
  cutter_.finish([this](int64_t samples) { close_frame(samples); });
}

}  // namespace spectradiff
