// One number per video frame, gathered while a song's samples stream by.
#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "spectradiff/base/rational.h"

namespace spectradiff {

// Cuts samples that stream by into video frames. Frames that hold no sample are passed over.
class FrameCutter {
 public:
  FrameCutter(int sample_rate_hz, const Rational& fps);

  // take(offset, part) for each frame's share of the next `count` samples; close(samples) behind a frame's
  // last one, with how many it held.
  template <typename Take, typename Close>
  void add(int64_t count, Take take, Close close) {
    for (int64_t offset = 0; offset < count;) {
      const int64_t part = std::min(count - offset, end_ - position_);
      take(offset, part);
      offset += part;
      position_ += part;
      if (position_ < end_) return;
      close(position_ - begin_);
      next_frame();
    }
  }

  // close() for a last frame that has begun.
  template <typename Close>
  void finish(Close close) {
    if (position_ > begin_) close(position_ - begin_);
  }

 private:
  void next_frame();

  int sample_rate_hz_;
  Rational fps_;
  int64_t frame_ = -1;
  int64_t begin_ = 0, end_ = 0;  // of the frame, in samples
  int64_t position_ = 0;
};

// Root of the mean square and largest absolute value over each frame's own samples.
class LevelMeter {
 public:
  LevelMeter(int sample_rate_hz, const Rational& fps) : cutter_(sample_rate_hz, fps) {}
  void add(const float* samples, int64_t count);
  void finish();

  struct Result {
    std::vector<float> rms;   // [frames]
    std::vector<float> peak;  // [frames]
  };
  Result result() { return std::move(result_); }  // once, after finish()

 private:
  void close_frame(int64_t samples);

  FrameCutter cutter_;
  Result result_;
  double squares_ = 0;
  float peak_ = 0;
};

}  // namespace spectradiff
