// The table of a render: one small row per frame that is diffused, and which frames are shown.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "spectradiff/base/frame_time.h"
#include "spectradiff/base/json.h"
#include "spectradiff/render/cadence.h"
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

// A frame that is painted and diffused.
struct PlanRow {
  int64_t frame = 0;  // index in the whole song
  uint64_t seed = 0;
  PromptMix prompts;          // of the plan's
  std::vector<double> moved;  // [modulations]
};

// A frame of the video: that of a row, or made between those of two.
struct ShownFrame {
  int64_t frame = 0;    // index in the whole song
  SampleRange samples;  // of the song
};

struct Plan {
  int64_t song_frames = 0;              // of the whole song
  std::vector<Modulation> modulations;  // what differs from frame to frame beside the seed
  std::vector<PromptPair> prompts;      // one, or one per key of the schedule
  std::vector<int64_t> prompt_frames;   // [prompts]: frames of the keys
  std::vector<ShownFrame> shown;        // by frame, ascending
  Cadence cadence;                      // which of them are diffused
  std::vector<PlanRow> rows;       // those, and where they are not shown themselves those around; ascending
  std::vector<SampleRange> sound;  // what is heard: the shown frames' samples, neighbours joined
  std::vector<std::string> notes;  // for the user: frames that were asked for and are not there
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

// The plan as --dry-run prints it: {"frames", "made", "song_frames", "rows": [{"frame", "t", …}], …}. A row
// per shown frame; one that is made between two rows names these in place of what a row says.
Json plan_to_json(const Plan& plan, const RenderJob& job, int sample_rate_hz);

}  // namespace spectradiff
