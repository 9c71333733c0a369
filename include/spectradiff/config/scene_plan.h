// Scenes, and prompts that bring more than words: from what they say to the recipes of a plan.
#pragma once

#include <string>
#include <vector>

#include "spectradiff/config/modulation.h"
#include "spectradiff/features/features.h"
#include "spectradiff/render/plan.h"
#include "spectradiff/render/render_job.h"

namespace spectradiff {

// Error{usage} with the reason alone for a change of what is no number that may differ from frame to frame,
// and of a number outside its range. Expressions are understood later, with the job's signals.
void check_change(const std::string& key, const OptionChange& change);

// Error{usage} naming the scene, or the prompt's time, for a change that check_change refuses and for a text
// that is no expression.
void check_scenes(const RenderJob& job);
void check_prompts(const RenderJob& job);

// What the music moves, with what the job's prompts and scenes make of it, [plan.rows] of each option. On the
// way from one to the next, numbers go along the line between theirs. Notes as moved_options' and of scenes
// that this song never shows.
std::vector<MovedOption> moved_by_scenes(std::vector<MovedOption> moved, const Plan& plan,
                                         const RenderJob& job, const Features& features,
                                         std::vector<std::string>& notes);

// Lays the scenes' prompts over those that the plan's recipes are told already, and gives them the noise of
// the prompts' and the scenes' own seeds; on the way it lies on the arc between theirs. After move_plan and
// mix_prompts.
void put_scenes(Plan& plan, const RenderJob& job, const Features& features,
                const std::vector<MovedOption>& moved);

}  // namespace spectradiff
