// Magnitudes in bands whose centres are evenly spaced in pitch.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "fft.h"
#include "frame_gate.h"
#include "sample_window.h"
#include "spectradiff/features/features.h"

namespace spectradiff {

struct LogBands {
  int count = 0;
  double fmin_hz = 0;  // centre of the first band
  double fmax_hz = 0;  // centre of the last; a single band covers fmin to fmax
  double octaves_per_band() const;
  double centre_hz(int band) const;  // fmin · (fmax / fmin)^(i / (count - 1))
};

// Edges lie halfway in pitch between centres.
// A steady sine of amplitude 1 at a centre gives a magnitude of 1 (0.9 at least), noise the same in both
// kinds of band:
// - wider than the window's equivalent noise bandwidth: sqrt(4 · sum |X|² / (N · sum w²)), FFT bins shared
//   out at the edges (Parseval);
// - narrower: |X| interpolated between FFT bins at the centre, times 2 / sum w, so that neighbours which
//   share an FFT bin still differ.
// A window longer than the frame hears pitches; when they were heard is told by the frame (FrameGate).
class LogSpectrum {
 public:
  LogSpectrum(int window_samples, int fft_size, WindowShape shape, const LogBands& bands,
              int64_t frame_samples, int sample_rate_hz);

  int window_samples() const { return static_cast<int>(window_.size()); }
  const std::vector<float>& centres_hz() const { return centres_hz_; }

  // A DC offset would be a step at the song's ends. It is taken out first, as the median of the window's part
  // of the song: a click's mean would else be heard in the silence around it.
  void magnitudes(const SampleWindow::View& view, float* magnitudes);  // [bands]

 private:
  struct Band {
    int first;           // FFT bin; interpolated: the bin below the centre
    int last;            // FFT bin; interpolated: -1
    float first_weight;  // share of the first bin; interpolated: how far the centre is on the way to the next
    float last_weight;
  };
  Band make_band(double low_bin, double centre_bin, double high_bin, double noise_bins) const;

  RealFft<float> fft_;
  std::vector<float> window_;
  std::vector<float> centres_hz_;
  std::vector<Band> bands_;
  std::vector<float> power_;    // [FFT bins], |X|²
  std::vector<float> samples_;  // [window_samples], without their offset
  std::optional<FrameGate> gate_;
  float sine_scale_ = 0;   // for interpolated bands
  float power_scale_ = 0;  // for summed bands
};

// Periodic Hann or rectangle, [size].
std::vector<float> make_window(WindowShape shape, int size);

}  // namespace spectradiff
