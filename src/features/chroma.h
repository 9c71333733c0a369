// Energy per pitch class, and the key it speaks for.
#pragma once

#include <array>
#include <string>
#include <vector>

namespace spectradiff {

using Chroma = std::array<float, 12>;  // c, c sharp, … b

// librosa.feature.chroma_stft with tuning=0 (A is 440 Hz): Gaussians a semitone wide around each pitch class,
// weighted by a Gaussian two octaves wide around 880 Hz; a hop's strongest is 1, silence is 0.
class ChromaFilters {
 public:
  ChromaFilters(int sample_rate_hz, int fft_size);
  Chroma apply(const float* power) const;  // [fft_size / 2 + 1], |X|²

 private:
  std::vector<float> weights_;  // [bins][12]
};

// The major or minor key whose profile (Krumhansl and Kessler, 1982) correlates best with these strengths of
// pitch classes, c to b: "A minor", "F# major". Empty when all are equal, or none correlates as well.
std::string key_of(const std::array<double, 12>& strengths, double least_correlation);

}  // namespace spectradiff
