// Options that the music moves: from their expressions to a value per frame.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "spectradiff/features/features.h"
#include "spectradiff/render/plan.h"
#include "spectradiff/render/render_job.h"

namespace spectradiff {

// The job comes from resolve(), which has checked its expressions and signals.

// Adds what they need heard.
void add_expression_needs(const RenderJob& job, FeatureRequest& request);

struct MovedOption {
  std::string key;
  std::vector<double> values;  // [frames], inside the option's range
};

// A value outside an option's range becomes the nearest allowed one, with one note per option. Error{usage}
// naming option, frame and expression for NaN and infinity.
std::vector<MovedOption> moved_options(const RenderJob& job, const Features& features,
                                       std::span<const int64_t> frames,
                                       std::vector<std::string>* notes = nullptr);

// Puts the values, [plan.rows] of each option, into the plan's recipes.
void move_plan(Plan& plan, const RenderJob& job, const std::vector<MovedOption>& moved);

// Fills the plan's prompts and its recipes' shares from the job's schedule, if it has one; notes as above.
std::vector<std::string> mix_prompts(Plan& plan, const RenderJob& job, const Features& features);

// The job's signals and moved options as curves over the whole song, to be drawn or written. Of the job's
// `unit`-less names, options after signals.
std::vector<Series> moved_curves(const RenderJob& job, const Features& features);

// The frames of the plan's rows.
std::vector<int64_t> frames_of(const Plan& plan);

}  // namespace spectradiff
