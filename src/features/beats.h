// The beats of a song, as heard or as corrected, and the series made of them.
#pragma once

#include <string>
#include <vector>

#include "spectradiff/features/features.h"

namespace spectradiff {

struct SongSpan {
  int sample_rate_hz;
  int64_t samples;
  double duration_s() const { return static_cast<double>(samples) / sample_rate_hz; }
};

struct BeatGrid {
  std::vector<double> beats_s;
  int downbeat = 0;
  double tempo_bpm = 0;
};

// Error{usage} naming the file and its line when it cannot be read.
BeatGrid find_beats(const AnalysisSettings& settings, const std::vector<float>& strength,
                    double hops_per_second, const SongSpan& song);

// Beats of a file: a time in seconds per line, or what Audacity exports as labels, START<TAB>END<TAB>TEXT, of
// which START counts. Empty lines and those that begin with # are passed over. Ascending, none behind the
// song.
std::vector<double> read_beats(const std::string& file, double duration_s);

struct BeatSeries {
  std::vector<float> beat;        // [frames]
  std::vector<float> beat_phase;  // [frames]
  std::vector<float> bar_phase;   // [frames]
};
BeatSeries beat_series(const BeatGrid& grid, const AnalysisSettings& settings, int sample_rate_hz,
                       int64_t frames);

}  // namespace spectradiff
