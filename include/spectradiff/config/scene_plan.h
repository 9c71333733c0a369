// Scenes: from what they say to the recipes of a plan.
#pragma once

#include <string>
#include <vector>

#include "spectradiff/config/modulation.h"
#include "spectradiff/features/features.h"
#include "spectradiff/render/plan.h"
#include "spectradiff/render/render_job.h"

namespace spectradiff {

// Whether any scene changes this option.
bool scenes_change(const RenderJob& job, const std::string& key);

// Error{usage} naming the scene for a change of what is no number that may differ from frame to frame, of a
// number outside its range and of a text that is no expression.
void check_scenes(const RenderJob& job);

// What the music moves, with what the job's scenes make of it, [plan.rows] of each option. On the way from
// one scene to the next, numbers go along the line between theirs. Notes as moved_options' and of scenes that
// this song never shows.
std::vector<MovedOption> moved_by_scenes(std::vector<MovedOption> moved, const Plan& plan,
                                         const RenderJob& job, const Features& features,
                                         std::vector<std::string>& notes);

// Lays the scenes' prompts over those that the plan's recipes are told already, and gives them the noise of
// the scenes' own seeds. After move_plan and mix_prompts.
void put_scenes(Plan& plan, const RenderJob& job, const Features& features,
                const std::vector<MovedOption>& moved);

}  // namespace spectradiff
