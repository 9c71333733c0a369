// The words that --stats and `measure` have for a video's pictures against its music.
#pragma once

#include <vector>

#include "spectradiff/base/json.h"
#include "spectradiff/render/statistics.h"

namespace spectradiff {

// What the measures ask of the music; seconds of the song. All empty for a video without sound.
struct HeardMusic {
  std::vector<float> onset_strength;     // [frames of the song], 0..1
  std::vector<double> beats_s;           // ascending
  std::vector<double> section_begins_s;  // ascending
};

// One measure: its word, what it says in a line, and its value in JSON, null where it cannot be known.
struct Measure {
  const char* name;
  const char* meaning;
  Json value;
};

// From PictureStatistics:
//   flicker, change_onset_correlation, held_change, beat_error_s, flashes_per_s, level, colour_drift
//   temporal_flickering           VBench's word: 1 - flicker
// From the longest stretch of frames that follow one another (beat_measures.h, look_measures.h):
//   beat_alignment, beat_alignment_recall, beat_alignment_f, beat_match_error_s, beat_hit, beat_coverage,
//   beat_hit_f                    BeatScores
//   beat_alignment_z, beat_hit_z   standard deviations better than chance
//   beat_alignment_excess, beat_match_excess_s, beat_hit_excess   the same in the score's unit
//   onset_lag_s, onset_lag_correlation   OnsetLag
//   fast_flicker, unexplained_flicker    FastFlicker
//   colour_drift_per_minute, section_contrast
// From optical flow, null where none can be found:
//   motion, warp_error, unwarped_change   Motion
// Changes at beats are those of the longest stretch from its second frame on.
std::vector<Measure> video_measures(const PictureStatistics& pictures, const HeardMusic& music);

// {word: value, …}, and behind them of a run {"seconds": {stage: s}}.
Json measures_to_json(const std::vector<Measure>& measures);
Json statistics_to_json(const PictureStatistics& pictures, const HeardMusic& music,
                        const StageSeconds& seconds);

}  // namespace spectradiff
