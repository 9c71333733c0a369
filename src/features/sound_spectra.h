// Spectra of a piece of sound, as librosa has them: what sound embeddings are made of.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "fft.h"
#include "mel.h"
#include "spectradiff/base/frame_time.h"
#include "spectradiff/features/sound_embedding.h"

namespace spectradiff {

// What is heard of a song: nothing outside `heard`.
struct HeardSound {
  std::span<const float> song;
  SampleRange heard;  // inside the song
};

// |STFT| around given samples: periodic Hann windows. One thread.
class SpectrumAround {
 public:
  explicit SpectrumAround(int window_samples);
  int bins() const { return fft_.bins(); }
  // [bins], |X|² around a sample.
  void power(const HeardSound& sound, int64_t middle, float* power);

 private:
  RealFft<float> fft_;
  std::vector<float> window_;
};

// Mel powers every 512 samples, windows of 2048: [bands][1 + samples / 512]. One thread.
class MelSpectrogram {
 public:
  explicit MelSpectrogram(double top_hz);
  Matrix of(const HeardSound& sound, const SampleRange& piece);

 private:
  SpectrumAround spectrum_;
  MelFilters filters_;
};

// 10 lg of powers against `reference` (power_to_db of librosa), none more than 80 dB below the greatest that
// there is or, where given, `loudest`.
void to_decibels(std::vector<float>& powers, double reference, std::optional<double> loudest = {});

// Rows of decibels, [bands][hops], to so many coefficients, [coefficients][hops]: the first of the
// orthonormal DCT-II.
Matrix cepstrum(const Matrix& decibels, int coefficients);

}  // namespace spectradiff
