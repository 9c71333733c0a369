// What is heard in a song, frame by frame: the input of every painter.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "spectradiff/audio/audio_source.h"
#include "spectradiff/base/frame_time.h"
#include "spectradiff/base/rational.h"

namespace spectradiff {

enum class BinSpacing { seed, log };
enum class WindowShape { rect, hann };

// How magnitudes become levels: divided by a song-wide reference, never per frame.
struct Normalize {
  enum class Kind { percentile, loudness, none } kind = Kind::percentile;
  double value = 99;  // percentile 0..100 over all frames and bins; LUFS for loudness
  friend bool operator==(const Normalize&, const Normalize&) = default;
};

struct AnalysisSettings {
  Rational fps{15};
  int bins = 90;  // 1..4096
  BinSpacing spacing = BinSpacing::log;
  TimeSpan window = TimeSpan::milliseconds(186);  // seed: from the frame's start, at most the frame, zero-padded; log: centred on the frame
  WindowShape window_shape = WindowShape::hann;
  double fmin_hz = 30;     // log spacing only
  double fmax_hz = 16000;  // log spacing only; lowered to Nyquist
  Normalize normalize;
  double gain_db = 0;
  friend bool operator==(const AnalysisSettings&, const AnalysisSettings&) = default;
};

// Immutable once made; shared freely between threads.
struct Features {
  AnalysisSettings settings;
  int sample_rate_hz = 0;
  int64_t samples = 0;
  int64_t frames = 0;
  int bins = 0;
  std::vector<float> magnitudes;       // [frames][bins], |FFT| of the mono mix in ±1, >= 0, unnormalised
  std::vector<float> levels;           // [frames][bins], 0..1: magnitude · gain / reference, clamped
  std::vector<float> bin_frequency_hz; // [bins], centre
  double reference = 0;                // the song-wide magnitude that becomes level 1; 0 for digital silence (levels are then all 0)
  std::vector<float> rms;              // [frames], 0..1
  std::vector<float> onset_strength;   // [frames], >= 0: mean over bins of the rise in log magnitude (spectral flux), 1 is the song's maximum

  const float* frame_levels(int64_t frame) const { return levels.data() + frame * bins; }
  const float* frame_magnitudes(int64_t frame) const { return magnitudes.data() + frame * bins; }
};

// Reads the whole song once in blocks; memory is that of the result. Error{usage} for settings that this song cannot have
// (more bins than the window gives, fmin above Nyquist), naming the option.
Features analyze(AudioSource& source, const AnalysisSettings& settings);

// FFT indices of the seeds: int(logspace(1, log10-of-ln quotient…)) exactly as NumPy gives them, duplicates and all. Source: FD2.
std::vector<int> seed_bin_indices(int window_samples, int bins);

// The seed's CSV, SpD3–SpD8: one row per frame, comma-separated magnitudes of the mono mix scaled by 2^15/2^16, no header; each value in the shortest
// form that reads back as the same float.
std::string seed_csv(const Features& features);

std::string features_library_version();  // "fftw-3.3.10"

}  // namespace spectradiff
