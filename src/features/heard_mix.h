// One voice out of several channels.
#pragma once

#include <complex>
#include <cstdint>
#include <vector>

#include "fft.h"

namespace spectradiff {

// The mean of all channels, bit for bit, wherever it holds what they play. Where they cancel in it (a third
// of an octave in which it keeps less than a tenth of the power that channels without any likeness would
// leave it) it gives way to one of them, the first or one far louder, with the root of their mean power.
// Samples come out some 50 ms behind those put in. One thread.
class HeardMix {
 public:
  HeardMix(int channels, int sample_rate_hz);

  void add(const float* interleaved, const float* mean, int64_t samples);
  void finish();              // nothing follows
  std::vector<float> take();  // what is ready, once each

 private:
  struct Band {
    size_t begin, end;          // of FFT bins
    double mean_power = 0;      // of the last windows, older ones weigh less
    std::vector<double> power;  // of each channel
    size_t voice = 0;           // the channel that stands in for the mean
  };
  void transform();
  void correct(Band& band);
  void add_correction(size_t place);

  const size_t channels_;
  RealFft<float> fft_;
  InverseFft inverse_;
  std::vector<float> window_;  // its square and that of the next add up to 1
  std::vector<Band> bands_;
  std::vector<std::vector<float>> pending_;                // [channels] samples from window_begin_ on
  std::vector<float> mixed_;                               // the same, of the mean and what is added to it
  std::vector<std::vector<std::complex<float>>> spectra_;  // [channels][bins], of one window
  std::vector<std::complex<float>> mean_;                  // [bins]
  std::vector<std::complex<double>> correction_;           // [bins]
  bool corrects_ = false;                                  // anything in this window
  std::vector<float> ready_;
  int64_t window_begin_;
  int64_t samples_ = 0;
};

}  // namespace spectradiff
