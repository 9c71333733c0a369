// Songs made of arithmetic, as WAV files to be analysed.
#pragma once

#include <cmath>
#include <cstdint>
#include <functional>
#include <numbers>
#include <vector>

#include "spectradiff/audio/audio_source.h"
#include "spectradiff/features/features.h"
#include "temporary_folder.h"
#include "wav_bytes.h"

namespace spectradiff {

constexpr int64_t kSecond = 44100;  // of samples, where a test says no rate
constexpr int kRate = 22050;        // Hz, of songs that are heard whole

inline std::vector<float> samples_of(int64_t count, const std::function<double(int64_t)>& sample) {
  std::vector<float> samples(static_cast<size_t>(count));
  for (int64_t i = 0; i < count; ++i) samples[static_cast<size_t>(i)] = static_cast<float>(sample(i));
  return samples;
}

inline std::vector<float> sine(int64_t count, double hz, double amplitude, int sample_rate_hz = 44100) {
  return samples_of(count, [&](int64_t i) {
    return amplitude * std::sin(2 * std::numbers::pi * hz * static_cast<double>(i) / sample_rate_hz);
  });
}

// White, and the same each time.
inline std::vector<float> noise(int64_t count, double amplitude) {
  uint32_t state = 3;
  return samples_of(count, [&](int64_t) {
    state = state * 1664525u + 1013904223u;
    return amplitude * (static_cast<int>(state >> 8) / 8388608.0 - 1);
  });
}

// What `hear` makes of the samples as a song.
template <typename Hear>
auto with_source(const std::vector<float>& interleaved, int channels, int sample_rate_hz, Hear hear) {
  const TemporaryFolder folder;
  write_bytes(folder / "song.wav", wav_bytes<float>({.tag = 3,
                                                     .channels = static_cast<uint16_t>(channels),
                                                     .sample_rate_hz = static_cast<uint32_t>(sample_rate_hz),
                                                     .bits = 32},
                                                    interleaved));
  AudioSource source = AudioSource::open(folder / "song.wav");
  return hear(source);
}

inline Features analyze_samples(const std::vector<float>& interleaved, const AnalysisSettings& settings,
                                int channels = 1, int sample_rate_hz = 44100,
                                const FeatureRequest& wanted = {}) {
  return with_source(interleaved, channels, sample_rate_hz,
                     [&](AudioSource& source) { return analyze(source, settings, wanted); });
}

inline AnalysisSettings seed_settings(Rational fps, int bins) {
  AnalysisSettings settings;
  settings.fps = fps;
  settings.bins = bins;
  settings.spacing = BinSpacing::seed;
  settings.window = TimeSpan::milliseconds(50);
  settings.window_shape = WindowShape::rect;
  return settings;
}

}  // namespace spectradiff
