// One number per video frame, gathered while a song's samples stream by.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "spectradiff/base/rational.h"

namespace spectradiff {

// The video frame that a sample belongs to, for samples in rising order.
class FrameCursor {
 public:
  FrameCursor(int sample_rate_hz, const Rational& fps);
  int64_t frame_of(int64_t sample);
  int64_t end() const { return end_; }  // first sample of the next frame

 private:
  const int sample_rate_hz_;
  const Rational fps_;
  int64_t frame_ = 0;
  int64_t end_;
};

// Root of the mean square and largest absolute value over each frame's own samples.
class LevelMeter {
 public:
  LevelMeter(int sample_rate_hz, const Rational& fps) : cursor_(sample_rate_hz, fps) {}
  void add(const float* samples, int64_t count);

  void finish();

  struct Result {
    std::vector<float> rms;   // [frames]
    std::vector<float> peak;  // [frames]
  };
  Result result() { return std::move(result_); }  // once, after finish()

 private:
  void close_frame();

  FrameCursor cursor_;
  Result result_;
  int64_t position_ = 0;
  int64_t frame_samples_ = 0;
  double squares_ = 0;
  float peak_ = 0;
};

}  // namespace spectradiff
