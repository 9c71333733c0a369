// How much of what a long window heard was heard in the video frame itself.
#pragma once

#include <span>
#include <vector>

#include "fft.h"

namespace spectradiff {

// A long window tells pitches apart and smears them over the frames around; a window as short as the frame
// does the opposite. A band's power in the long window is therefore multiplied by
//   E_frame / E_long,
// the power per sample that either window finds around the band: in the band, and at least 1.5 over the
// frame's length to either side, which is what the frame can tell apart. Steady sound keeps its power; a
// frame in which nothing was heard gets none of its neighbours'; two tones closer than the frame can tell
// rise and fall together. The quotient is at most what it is when all that the long window heard lies in the
// frame: more is leakage from far away. In the spirit of combined wideband and narrowband spectrograms
// (Cheung and Lim 1992), which take the geometric mean of both.
class FrameGate {
 public:
  struct Band {
    double low_hz, centre_hz, high_hz;
  };
  // `window` is the long one's, [window.size()], and lies around the same middle as the frame, which is
  // shorter; `fft_size` its zero-padded transform's.
  FrameGate(std::span<const float> window, int fft_size, int frame_samples, std::span<const Band> bands,
            int sample_rate_hz);

  // `samples` are those that the long window weighs, [window.size()]; `long_power` its |X|², [fft_size / 2 +
  // 1]. Multiplies magnitudes, [bands].
  void apply(std::span<const float> samples, std::span<const float> long_power, float* magnitudes);

 private:
  struct Range {  // of FFT bins, fractions of the outer ones included
    double begin, end;
  };
  static Range range_of(double low_hz, double high_hz, int fft_size, int sample_rate_hz);
  static double between(const std::vector<double>& sums, const Range& range);

  RealFft<float> fft_;
  std::vector<float> window_;                      // [frame_samples]
  std::vector<Range> long_ranges_, frame_ranges_;  // [bands]
  std::vector<double> long_sums_, frame_sums_;     // [FFT bins + 1], of powers below a bin
  double per_sample_ = 0;                          // E_frame / E_long of white noise, inverted
  double most_ = 0;                                // of the quotient
};

}  // namespace spectradiff
