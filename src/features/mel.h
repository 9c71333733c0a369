// Mel bands of a song's short hops, kept compactly, and what is computed from them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace spectradiff {

constexpr int kMelBands = 128;
constexpr int kMfccCoefficients = 20;
constexpr double kMelTopHz = 11025;

// Triangles evenly spaced on Slaney's mel scale, each of area 1 over frequency in Hz (librosa.filters.mel
// with htk=False, norm="slaney"), from 0 Hz to the lesser of `top_hz` and Nyquist.
class MelFilters {
 public:
  MelFilters(int sample_rate_hz, int fft_size, double top_hz = kMelTopHz, int bands = kMelBands);
  void apply(const float* power, float* mel) const;  // [fft_size / 2 + 1] to [bands]

 private:
  struct Filter {
    int first_bin;
    std::vector<float> weights;
  };
  std::vector<Filter> filters_;
};

// Powers in dB, 10 log10(max(power, 1e-10)), with a resolution of 1/240 dB: 22 kB per second of song. Once
// all are there, levels below `floor` count as the floor, 80 dB below the loudest.
class MelFrames {
 public:
  static constexpr double kUnitsPerDb = 240;

  void reserve(int64_t hops) { units_.reserve(static_cast<size_t>(hops) * kMelBands); }
  void add(const float* mel);  // [kMelBands]
  int64_t hops() const { return static_cast<int64_t>(units_.size()) / kMelBands; }
  const uint16_t* hop(int64_t index) const { return units_.data() + index * kMelBands; }  // [kMelBands]
  uint16_t floor() const;
  uint16_t maximum() const { return maximum_; }
  static double decibels(double units) { return units / kUnitsPerDb - 100; }

 private:
  std::vector<uint16_t> units_;  // [hops][kMelBands], (dB + 100) · kUnitsPerDb
  uint16_t maximum_ = 0;
};

// Mel-frequency cepstral coefficients: the first of the orthonormal DCT-II of one hop's decibels.
class Cepstrum {
 public:
  explicit Cepstrum(int coefficients);
  int coefficients() const { return coefficients_; }
  void apply(const MelFrames& mel, int64_t hop, float* mfcc) const;  // [coefficients]

 private:
  int coefficients_;
  std::vector<float> basis_;  // [kMelBands][coefficients]
};

}  // namespace spectradiff
