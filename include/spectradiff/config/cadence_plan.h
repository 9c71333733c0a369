// Which frames are diffused where not all are, from the job to the rows of its plan.
#pragma once

#include <string>
#include <vector>

#include "spectradiff/features/features.h"
#include "spectradiff/render/plan.h"
#include "spectradiff/render/render_job.h"

namespace spectradiff {

// Whether the music says which frames are diffused.
bool diffuses_what_is_heard(const RenderJob& job);

void add_cadence_needs(const RenderJob& job, FeatureRequest& request);

// Moves the rows of a plan that nothing has moved yet to what is heard: as many frames of the song as the
// grid has, its first and last, every frame in which a bar begins, and the strongest of the others, evenly
// spread. What there is to say is added to `notes`.
void put_heard_rows(Plan& plan, const RenderJob& job, const Features& features,
                    std::vector<std::string>& notes);

}  // namespace spectradiff
