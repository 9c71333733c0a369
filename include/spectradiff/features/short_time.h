// Short-time spectra and the way back, as torch.stft and torch.istft have them.
#pragma once

#include <complex>
#include <span>
#include <vector>

namespace spectradiff {

struct ShortTime {
  int fft_size = 512;  // even
  int window = 512;    // Hann, periodic; in the middle of fft_size where it is shorter
  int hop = 256;
  int bins() const { return fft_size / 2 + 1; }
};

using ShortTimeSpectra = std::vector<std::vector<std::complex<double>>>;  // [frames][bins]
using Magnitudes = std::vector<std::vector<double>>;                      // [frames][bins], >= 0

// Around every hop-th sample from 0 on, 1 + samples / hop of them; the sound is mirrored at both ends, which
// stay single. Needs more than fft_size / 2 samples.
ShortTimeSpectra short_time_spectra(std::span<const double> samples, const ShortTime& size);

// The sound whose spectra are nearest to these: windows are applied once more, added up and divided by the
// sum of their squares. hop · (frames - 1) samples.
std::vector<double> from_short_time(const ShortTimeSpectra& spectra, const ShortTime& size);

// Triangular filters evenly spaced on the mel scale that HTK has, each as high as 1: [bands][bins].
std::vector<std::vector<double>> htk_mel_filters(int sample_rate_hz, int bins, int bands, double low_hz,
                                                 double high_hz);

}  // namespace spectradiff
