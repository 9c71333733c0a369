// The table of a render: one small row per video frame.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "spectradiff/base/frame_time.h"
#include "spectradiff/base/json.h"
#include "spectradiff/render/render_job.h"

namespace spectradiff {

// An option that music moves: one value per row, already inside the option's range.
struct Modulation {
  std::string key;
  std::function<void(RenderJob&, double)> set;  // puts a value in its place
};

// What a frame can be told, in words.
struct PromptPair {
  std::string prompt, negative;
};

struct PlanRow {
  int64_t frame = 0;    // index in the whole song
  SampleRange samples;  // of the song
  uint64_t seed = 0;
  PromptMix prompts;          // of the plan's
  std::vector<double> moved;  // [modulations]
};

struct Plan {
  int64_t song_frames = 0;              // of the whole song
  std::vector<Modulation> modulations;  // what differs from frame to frame beside the seed
  std::vector<PromptPair> prompts;      // one, or one per key of the schedule
  std::vector<int64_t> prompt_frames;   // [prompts]: frames of the keys
  std::vector<PlanRow> rows;            // by frame, ascending
  std::vector<SampleRange> sound;       // what is heard: the rows' samples, neighbours joined
  std::vector<std::string> notes;       // for the user: frames that were asked for and are not there
  int64_t sound_samples() const;
  // The job as it stands in this row's frame.
  RenderJob job_at(const RenderJob& job, const PlanRow& row) const;
};

// Frames named by "12-40,60-,-3,7": both ends included, ascending, without repeats, clamped to 0..count-1.
// Error{usage} for malformed or reversed ranges and when nothing is left. What was clamped away is added to
// `notes`.
std::vector<int64_t> parse_frame_ranges(std::string_view text, int64_t count,
                                        std::vector<std::string>* notes = nullptr);

// Error{usage} when the selection leaves no frame.
Plan make_plan(const RenderJob& job, int sample_rate_hz, int64_t samples);

// The plan as --dry-run prints it: {"frames", "song_frames", "samples", "rows": [{"frame", "t", …}]}
Json plan_to_json(const Plan& plan, const RenderJob& job, int sample_rate_hz);

}  // namespace spectradiff
