// The shape of each video frame's spectrum: SD31.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "fft.h"
#include "frame_series.h"

namespace spectradiff {

// Of the frame's own samples x: a = |rfft(x, N)|, N the next power of two, f the bins' frequencies;
// centroid C = sum(a f) / sum(a), spread S = sqrt(sum(a (f - C)²) / sum(a)), skewness and kurtosis
// sum(a (f - C)^k) / (S^k sum(a)) for k = 3 and 4. All 0 in silence.
class MomentMeter {
 public:
  MomentMeter(int sample_rate_hz, const Rational& fps)
      : sample_rate_hz_(sample_rate_hz), cutter_(sample_rate_hz, fps) {}
  void add(const float* samples, int64_t count);
  void finish();

  std::vector<float> centroid;  // Hz, [frames]
  std::vector<float> spread;    // Hz
  std::vector<float> skewness;
  std::vector<float> kurtosis;

 private:
  void close_frame();
  RealFft<double>& fft_of(int size);

  const int sample_rate_hz_;
  FrameCutter cutter_;
  std::vector<float> frame_;                              // the frame's samples so far
  std::map<int, std::unique_ptr<RealFft<double>>> ffts_;  // by size: frames differ by a sample
  std::vector<double> magnitudes_;
};

}  // namespace spectradiff
