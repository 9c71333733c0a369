// One number per video frame, gathered while a song's samples stream by.
#pragma once

#include <cstdint>
#include <vector>

#include "log_spectrum.h"
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

  struct Result {
    std::vector<float> rms;   // [frames]
    std::vector<float> peak;  // [frames]
  };
  Result finish();

 private:
  void close_frame();

  FrameCursor cursor_;
  Result result_;
  int64_t position_ = 0;
  int64_t frame_samples_ = 0;
  double squares_ = 0;
  float peak_ = 0;
};

// Spectral flux at a rate of its own, about 12 ms: the mean over 24 log bands of the rise in ln(1 + 1000 ·
// magnitude), windows of about 23 ms. A rise counts at the end of the window that shows it, so it is never
// early and at most about 13 ms late. A frame takes the maximum of its rises. What is there when the song
// begins is no rise.
class OnsetMeter {
 public:
  OnsetMeter(int sample_rate_hz, const Rational& fps);
  void add(const float* samples, int64_t count);
  std::vector<float> finish(int64_t frames);  // [frames], 1 is the song's maximum; all 0 when nothing rises

 private:
  void measure();

  FrameCursor cursor_;
  LogSpectrum spectrum_;
  int hop_;
  std::vector<float> pending_;   // samples not yet behind the window
  int64_t window_begin_ = 0;     // of pending_, in the song
  std::vector<float> current_;   // [bands], log magnitude
  std::vector<float> previous_;  // [bands]; empty before the first window
  std::vector<float> strength_;  // [frames so far]
};

}  // namespace spectradiff
