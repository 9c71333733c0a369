// Magnitudes at evenly spaced pitches, each heard through a window of its own length.
#pragma once

#include <complex>
#include <cstdint>
#include <memory>
#include <vector>

#include "fft.h"
#include "log_spectrum.h"
#include "sample_window.h"
#include "spectradiff/features/features.h"

namespace spectradiff {

// What a steady sine of amplitude 1 at a bar's pitch f gives there is 1. Windows last T = 1 / (1 / longest +
// f / Q): Q periods, clamped softly to `longest`, as librosa.vqt does with gamma = 1 / longest and ffmpeg's
// showcqt with its timeclamp. Q = (r² + 1) / (r² - 1), r being the step from bar to bar (Brown 1991 as
// librosa has it), and 2 at least. They are centred on the frame; where they are so short that they would
// leave out some of it, it is the root of the mean square over evenly spaced ones, ceil(4 · frame / N), N
// being T rounded up to a power of two samples.
class ConstantQ {
 public:
  // `bands` as for LogSpectrum.
  ConstantQ(const LogBands& bands, double longest_samples, WindowShape shape, double frame_samples,
            int sample_rate_hz);

  int64_t window_samples() const { return 2 * reach_; }  // seen at all, centred on the frame
  const std::vector<float>& centres_hz() const { return centres_hz_; }
  // As LogSpectrum takes out the mean.
  void magnitudes(const SampleWindow::View& view, float* magnitudes);  // [bands]

 private:
  // Brown and Puckette's "An efficient algorithm for the calculation of a constant Q transform" (1992): by
  // Parseval a windowed tone's product with the samples is that of the spectra, and its own is short.
  struct Kernel {
    int bar;
    int first;                                // FFT bin
    std::vector<std::complex<float>> values;  // conjugated and scaled
  };
  struct Group {  // of bars whose windows share a power of two
    std::unique_ptr<RealFft<float>> fft;
    std::vector<int64_t> middles;  // of transforms, from the frame's own
    std::vector<Kernel> kernels;
  };
  static Group make_group(int size, double frame_samples);
  static Kernel make_kernel(int bar, double turns_per_sample, double length, WindowShape shape,
                            RealFft<double>& fft);

  int64_t reach_ = 0;
  std::vector<float> centres_hz_;
  std::vector<Group> groups_;
  std::vector<float> samples_;  // [window_samples], without their mean
};

}  // namespace spectradiff
