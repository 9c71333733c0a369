// The short-time Fourier transform of a song that streams by, and how its hops become video frames.
#pragma once

#include <complex>
#include <cstdint>
#include <functional>
#include <vector>

#include "fft.h"
#include "spectradiff/base/rational.h"

namespace spectradiff {

struct HopSize {
  int window_samples;  // a power of two, periodic Hann
  int hop_samples;     // a quarter of it
};

// The powers of two nearest to 46 and to 93 ms: 2048 and 4096 at 44.1 and 48 kHz.
HopSize short_hops(int sample_rate_hz);
HopSize long_hops(int sample_rate_hz);

// Hop t is centred on sample t · hop; the song is 0 outside itself: 1 + floor(samples / hop) hops, as
// librosa.stft(center=True) has them. Memory is a window and what one add() brings.
class Stft {
 public:
  // |X|² of one hop, [window / 2 + 1], undivided; hops come in order.
  using Sink = std::function<void(const float* power)>;
  Stft(const HopSize& size, Sink sink);

  int bins() const { return fft_.bins(); }
  // |X|² times this, summed over all bins, is the hop's mean square (with its window's weights): every bin
  // stands for two, except the first and the last.
  double mean_square_scale() const { return mean_square_scale_; }
  void add(const float* samples, int64_t count);
  void finish();

 private:
  void transform(int64_t end_sample);

  HopSize size_;
  Sink sink_;
  RealFft<float> fft_;
  std::vector<float> window_;
  std::vector<float> power_;
  double mean_square_scale_ = 0;
  std::vector<float> pending_;  // samples from window_begin_ on
  int64_t window_begin_;
  int64_t samples_ = 0;
};

// One value per hop, [hops], to one per frame: of the hops whose middle lies in the frame, or of the one
// nearest to the frame's middle where it has none. `hops` must not be empty.
class HopReducer {
 public:
  HopReducer(int hop_samples, int sample_rate_hz, const Rational& fps, int64_t frames)
      : hop_samples_(hop_samples), sample_rate_hz_(sample_rate_hz), fps_(fps), frames_(frames) {}
  std::vector<float> mean(const std::vector<float>& hops) const;
  std::vector<float> maximum(const std::vector<float>& hops) const;

  struct Range {
    int64_t begin;
    int64_t end;  // above begin
  };
  Range hops_of(int64_t frame, int64_t hops) const;
  int64_t frames() const { return frames_; }

 private:
  int hop_samples_;
  int sample_rate_hz_;
  Rational fps_;
  int64_t frames_;
};

}  // namespace spectradiff
