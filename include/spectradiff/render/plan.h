// The plan of a render: what all its frames have in common, a recipe for each that is made, and which are
// shown.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "spectradiff/base/frame_time.h"
#include "spectradiff/render/cadence.h"
#include "spectradiff/render/constants.h"
#include "spectradiff/render/recipe.h"
#include "spectradiff/render/render_job.h"

namespace spectradiff {

// A number of the painter that differs from frame to frame; the option's key says which.
struct PaintingNumber {
  std::string key;
  std::function<void(PaintSettings&, double)> put;  // the one that belongs to the key
  friend bool operator==(const PaintingNumber& a, const PaintingNumber& b) { return a.key == b.key; }
};

// What a frame can be told, in words.
struct PromptPair {
  std::string prompt, negative;
  friend bool operator==(const PromptPair&, const PromptPair&) = default;
};

// A frame of the video: that of a row, or made between those of two.
struct ShownFrame {
  int64_t frame = 0;    // index in the whole song
  SampleRange samples;  // of the song
  friend bool operator==(const ShownFrame&, const ShownFrame&) = default;
};

// A frame that is painted and has no row: trails lead through it.
struct PaintedFrame {
  int64_t frame = 0;             // index in the whole song
  std::vector<double> painting;  // as Recipe has it
  friend bool operator==(const PaintedFrame&, const PaintedFrame&) = default;
};

// A value: it compares, and config/plan_file.h writes and reads it.
struct Plan {
  Constants constants;
  std::vector<PaintingNumber> painting;  // what the recipes' painting numbers are
  std::vector<PromptPair> prompts;       // what the recipes' prompts are
  std::vector<Recipe> rows;       // of the frames that are shown and not made between others, of those around
                                  // them, and of those that they follow from; by frame, ascending
  std::vector<ShownFrame> shown;  // by frame, ascending
  // Pictures whose attention rows see: diffused for that alone, from their paintings or from the reference.
  // By frame, ascending; those that no row sees are left out.
  std::vector<Recipe> anchors;
  // Frames where trails of paintings (PaintSettings::mesh) begin anew, ascending, the first 0; empty: there
  // are none.
  std::vector<int64_t> trails;
  std::vector<PaintedFrame> carried;  // where music moves the painting and there are trails; ascending

  Cadence cadence() const { return {constants.every, constants.song.frames - 1}; }
  // What is heard: the shown frames' samples, neighbours joined.
  std::vector<SampleRange> sound() const;
  int64_t sound_samples() const;
  friend bool operator==(const Plan&, const Plan&) = default;
};

// Frames named by "12-40,60-,-3,7": both ends included, ascending, without repeats, clamped to 0..count-1.
// Error{usage} for malformed or reversed ranges and when nothing is left. What was clamped away is added to
// `notes`.
std::vector<int64_t> parse_frame_ranges(std::string_view text, int64_t count,
                                        std::vector<std::string>* notes = nullptr);

// The job's frames, each with what the job says of all of them: music has not moved anything yet. Of the
// constants it fills what a job alone decides of the pictures without a model. Error{usage} when the
// selection leaves no frame; what it asks for and the song lacks is added to `notes`.
Plan make_plan(const RenderJob& job, int sample_rate_hz, int64_t samples,
               std::vector<std::string>* notes = nullptr);

// The row that a frame has by the job alone.
Recipe plain_row(const DiffusionSettings& diffusion, int64_t frame, int64_t chain);

// The noise of a frame, `travel` of the way to the next seeds.
std::vector<WeightedSeed> frame_noise(const DiffusionSettings& diffusion, double travel, int64_t frame);

// The row of that frame, or the end: rows ascend by frame.
std::vector<Recipe>::const_iterator find_row(const Plan& plan, int64_t frame);

// The anchor of that frame, which must be there.
const Recipe& anchor_of(const Plan& plan, int64_t frame);

// The painting's numbers of a row, an anchor, or of a frame that is carried; null: neither.
const std::vector<double>* painting_of(const Plan& plan, int64_t frame);

// Where the trail of a frame begins. The plan has trails.
int64_t trail_begin(const Plan& plan, int64_t frame);

// Takes the rows out that are not to be made, and anchors that no row sees any more; trails still lead
// through them.
void drop_rows(Plan& plan, const std::function<bool(const Recipe&)>& is_dropped);

// Error{usage} naming the frame where a row is no frame of the song or stands out of order, where it follows
// from another one than the row before it in its chain, sees an anchor that is none, or takes the colours of
// none before it there, where a number is out of its range, and where a shown frame is neither made nor lies
// between two that are.
void check_rows(const Plan& plan);

// The same plan of fewer shown frames, with the rows that these need: their own or those around them, and
// what these follow from.
Plan part_of(Plan plan, const std::function<bool(int64_t frame)>& is_wanted);

}  // namespace spectradiff
