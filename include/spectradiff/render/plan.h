// The table of a render: one small row per video frame.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "spectradiff/base/frame_time.h"
#include "spectradiff/base/json.h"
#include "spectradiff/render/render_job.h"

namespace spectradiff {

struct PlanRow {
  int64_t frame = 0;    // index in the whole song
  SampleRange samples;  // of the song
  PaintValues paint;
  double strength = 0;
  double guidance = 0;
  uint64_t seed = 0;
};

struct Plan {
  int64_t song_frames = 0;         // of the whole song
  std::vector<PlanRow> rows;       // by frame, ascending
  std::vector<SampleRange> sound;  // what is heard: the rows' samples, neighbours joined
  int64_t sound_samples() const;
};

// Frames named by "12-40,60-,-3,7": both ends included, ascending, without repeats, clamped to 0..count-1.
// Error{usage} for malformed or reversed ranges and when nothing is left.
std::vector<int64_t> parse_frame_ranges(std::string_view text, int64_t count);

// Error{usage} when the selection leaves no frame.
Plan make_plan(const RenderJob& job, int sample_rate_hz, int64_t samples);

// The plan as --dry-run prints it: {"frames", "song_frames", "samples", "rows": [{"frame", "t", …}]}
Json plan_to_json(const Plan& plan, const RenderJob& job, int sample_rate_hz);

}  // namespace spectradiff
