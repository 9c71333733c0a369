// Trails of the paintings, from the job to its plan.
#pragma once

#include "spectradiff/features/features.h"
#include "spectradiff/render/plan.h"
#include "spectradiff/render/render_job.h"

namespace spectradiff {

// Whether a mesh carries paintings on: where any of its options says something.
bool has_trails(const RenderJob& job);

void add_trail_needs(const RenderJob& job, FeatureRequest& request);

// Once the job's numbers are moved: where trails begin anew, which is with each section, and the numbers of
// the frames without a row that they lead through.
void put_trails(Plan& plan, const RenderJob& job, const Features& features);

}  // namespace spectradiff
