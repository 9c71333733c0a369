// The frames of a song in which something is heard.
#pragma once

#include <cstdint>
#include <vector>

#include "spectradiff/features/features.h"

namespace spectradiff {

struct HeardFrame {
  int64_t frame = 0;
  double strength = 1;      // 0..1
  bool begins_bar = false;  // of a beat: its bar's first
};

// Ascending, each frame once. They need the beats; the onsets and the series "onset".
std::vector<HeardFrame> beat_frames(const Features& features);
std::vector<HeardFrame> onset_frames(const Features& features);

}  // namespace spectradiff
