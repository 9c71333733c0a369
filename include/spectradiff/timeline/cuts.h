// Where something begins anew over a song: with its sections, every so many beats, every so many seconds.
#pragma once

#include <cstdint>
#include <vector>

#include "spectradiff/base/frame_time.h"
#include "spectradiff/features/features.h"

namespace spectradiff {

struct Cuts {
  enum class Kind {
    none,     // in every frame: nothing goes on
    song,     // with the song alone
    section,  // with each of its sections, and in long ones every so many beats
    beats,    // every so many beats, counted from the first one that begins a bar
    time      // every so often, from the song's start
  };
  Kind kind = Kind::none;
  int beats = 0;  // 1..1000, of Kind::beats; of Kind::section the same, or 0: a section is never divided
  TimeSpan time;  // above 0, of Kind::time; else 0
  friend bool operator==(const Cuts&, const Cuts&) = default;
};

// What they need heard.
void add_needs(const Cuts& cuts, FeatureRequest& request);

// The frames that hold the moments, ascending, each once, the first being 0. A song without sections, or
// beats, has one. Not of Kind::none.
std::vector<int64_t> cut_frames(const Cuts& cuts, const Features& features);

}  // namespace spectradiff
