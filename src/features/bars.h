// A song bar by bar: what sections and builds are made of.
#pragma once

#include <array>
#include <vector>

#include "beat_tracker.h"

namespace spectradiff {

struct Bar {
  static constexpr size_t kTimbres = 16;
  double begin_s, end_s;
  std::array<double, kTimbres> timbre_db;        // mean level of eight mel bands each, 70 dB deep
  std::array<double, Novelty::kRanges> rises;    // log(1 + mean rise in dB) by Novelty's ranges
  std::array<std::array<double, 12>, 2> chroma;  // of either half
  double level_db, bass_db, treble_db;           // of all bands' power; below about 200 Hz; above it
  double density_db;                             // 10 lg of how much begins
};

// The bars of the beats' grid, continued to the song's ends, the first and the last one as long as what is
// left; two seconds each where there are hardly any bars. Together they cover the song.
// None for silence.
std::vector<Bar> hear_bars(const SongHops& song, const BeatGrid& grid, double duration_s);

}  // namespace spectradiff
