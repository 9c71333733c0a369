// Options that the music moves: from their expressions to a value per frame.
#pragma once

#include <string>
#include <vector>

#include "spectradiff/features/features.h"
#include "spectradiff/render/plan.h"
#include "spectradiff/render/render_job.h"

namespace spectradiff {

// The job comes from resolve(), which has checked its expressions and signals.

// Adds what they need heard.
void add_expression_needs(const RenderJob& job, FeatureRequest& request);

// Fills the plan's modulations and its rows' values. What lies outside an option's range is brought to its
// edge, with one note per option. Error{usage} naming option, frame and expression for NaN and infinity.
std::vector<std::string> move_options(Plan& plan, const RenderJob& job, const Features& features);

// Fills the plan's prompts and its rows' mixes from the job's schedule, if it has one; notes as above.
std::vector<std::string> mix_prompts(Plan& plan, const RenderJob& job, const Features& features);

// The job's signals and moved options as curves over the whole song, to be drawn or written: what
// move_options would put into each frame. Of the job's `unit`-less names, options after signals.
std::vector<Series> moved_curves(const RenderJob& job, const Features& features);

}  // namespace spectradiff
