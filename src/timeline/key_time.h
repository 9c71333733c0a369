// When a key is: a time of the song, a beat or its end.
#pragma once

#include <optional>
#include <string_view>

#include "spectradiff/base/frame_time.h"

namespace spectradiff {

struct KeyTime {
  enum class Unit { time, beats, end } unit = Unit::time;
  TimeSpan time;
  double beats = 0;  // from the song's first beat, 0
};

// Nothing for what is no time of a key: `90`, `1:30`, `300f`, `16beats`, `1beat`, `end`.
std::optional<KeyTime> find_key_time(std::string_view text);

}  // namespace spectradiff
