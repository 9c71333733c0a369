// What frames are told and started from beside words and one seed: from the job to the rows of its plan.
#pragma once

#include <string>
#include <vector>

#include "spectradiff/features/features.h"
#include "spectradiff/render/plan.h"
#include "spectradiff/render/render_job.h"

namespace spectradiff {

// Error{usage} for expressions that mean nothing, and for settings that do not go together.
void check_conditioning(const RenderJob& job);

// Whether any of it follows the music.
bool conditioning_follows_music(const ConditioningSettings& conditioning);

void add_conditioning_needs(const RenderJob& job, FeatureRequest& request);

// Puts sound, notes, walks and bending into the rows, whose prompts and seeds are those that they have
// without. What there is to say is added to `notes`. Error{usage} for an expression that gives no number.
void put_conditioning(Plan& plan, const RenderJob& job, const Features& features,
                      std::vector<std::string>& notes);

}  // namespace spectradiff
