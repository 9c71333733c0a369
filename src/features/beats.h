// The beats of a song, as heard or as corrected, and the series made of them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "beat_tracker.h"
#include "beats_file.h"
#include "spectradiff/features/features.h"

namespace spectradiff {

struct SongSpan {
  int sample_rate_hz;
  int64_t samples;
  double duration_s() const { return static_cast<double>(samples) / sample_rate_hz; }
};

// What the user says of the beats, read before the song is: Error{usage} for a file that cannot be read,
// naming its line, and for a first beat behind the song's end.
class GivenBeats {
 public:
  GivenBeats(const AnalysisSettings& settings, const SongSpan& song);

  // `hops` are unused where all is given.
  BeatGrid find(const SongHops& hops, const SongSpan& song) const;
  std::string note(
      const SongSpan& song) const;  // of beats in the file that the song is too short for; or empty

 private:
  BeatGrid of_file() const;
  BeatGrid even_grid(const SongSpan& song) const;

  BeatSettings given_;
  std::optional<double> first_s_;
  ListedBeats listed_;
};

struct BeatSeries {
  std::vector<float> beat;        // [frames]
  std::vector<float> beat_phase;  // [frames]
  std::vector<float> bar_phase;   // [frames]
};
BeatSeries beat_series(const BeatGrid& grid, const AnalysisSettings& settings, int sample_rate_hz,
                       int64_t frames);

}  // namespace spectradiff
