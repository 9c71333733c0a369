// The song of integers that the oracles hear: song() of tests/oracles/record_librosa.py.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "song.h"

namespace spectradiff {

inline constexpr int kSamples = 8 * kRate;

inline std::vector<int16_t> recorded_song() {
  constexpr uint32_t kSteps[] = {42852281,  53989930,  64208046,  85704562,
                                 107979860, 128416092, 171409124, 53989930};
  std::vector<int16_t> song;
  uint32_t noise = 1;
  uint32_t phase = 0;
  for (int i = 0; i < kSamples; ++i) {
    noise = 1664525 * noise + 1013904223;
    const int burst = (static_cast<int>(noise >> 16) - 32768) >> (2 + std::min((i % 11025) >> 8, 14));
    uint64_t step = kSteps[i / 5512 * 5 % 8];
    if (i >= kSamples / 2) step = step * 8 / 3;
    phase += static_cast<uint32_t>(step);
    const int ramp = static_cast<int>(phase >> 15);
    const int64_t triangle = (ramp < 65536 ? ramp : 131071 - ramp) - 32768;
    song.push_back(static_cast<int16_t>(burst + (triangle * (5512 - i % 5512) >> 15)));
  }
  return song;
}

inline Features hear_recorded_song(const AnalysisSettings& settings = {}, const FeatureRequest& wanted = {}) {
  const TemporaryFolder folder;
  write_bytes(folder / "a.wav", wav_bytes<int16_t>({.sample_rate_hz = kRate}, recorded_song()));
  AudioSource source = AudioSource::open(folder / "a.wav");
  return analyze(source, settings, wanted);
}

}  // namespace spectradiff
