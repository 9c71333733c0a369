// Loudness as ITU-R BS.1770 measures it, of all channels.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "frame_series.h"
#include "spectradiff/audio/audio_source.h"

namespace spectradiff {

// Integrated loudness of the whole song, in LUFS; -infinity when it is shorter than 400 ms or all of it is
// below -70 LUFS. Reads `source` from its start.
double integrated_loudness(AudioSource& source);

// Momentary loudness, in LUFS, over the 400 ms that end with each frame, as a meter shows it; at least -70.
class MomentaryLoudness {
 public:
  MomentaryLoudness(int channels, int sample_rate_hz, const Rational& fps);
  ~MomentaryLoudness();
  void add(const float* interleaved, int64_t count);  // [count][channels]
  void finish();
  const std::vector<float>& values() const { return values_; }  // [frames]

 private:
  struct State;
  std::unique_ptr<State> state_;
  int channels_;
  FrameCutter cutter_;
  std::vector<float> values_;

  void close_frame();
};

}  // namespace spectradiff
