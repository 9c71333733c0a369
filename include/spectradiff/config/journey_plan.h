// Pictures that follow from one another: from the job to the rows of its plan.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "spectradiff/config/modulation.h"
#include "spectradiff/features/features.h"
#include "spectradiff/render/plan.h"
#include "spectradiff/render/render_job.h"

namespace spectradiff {

// Whether pictures follow from one another, which needs diffusion.
bool is_chained(const RenderJob& job);

// Whether the camera moves the paintings themselves: without a chain, where it moves at all.
bool moves_painting(const RenderJob& job);

// Error{usage} where a chain would be over with its first frame.
void check_chain(const RenderJob& job, int sample_rate_hz);

void add_journey_needs(const RenderJob& job, FeatureRequest& request);

// Puts the rows of a chained job into chains and adds those, not shown, that they follow from; before
// anything is moved. Gives the number of chains in the whole song. What there is to say is added to `notes`.
int64_t put_chains(Plan& plan, const RenderJob& job, const Features& features,
                   std::vector<std::string>& notes);

// Then, once the job's numbers are moved: the camera's way from each row's picture to the next one's, and
// what the inits are made with. Frame rates and sizes alike: a camera of one speed goes the same way.
void put_journey(Plan& plan, const RenderJob& job, const Features& features,
                 const std::vector<MovedOption>& moved);

// What each row's noise sees of a field of noise that the camera flies over, where the job asks for that;
// `downscale` is from pixels to latents. Chains see it too.
void put_world_noise(Plan& plan, const RenderJob& job, const Features& features, int downscale);

// Without a chain: where the camera has come to in each row's frame since the song's start.
void put_views(Plan& plan, const RenderJob& job, const Features& features);

}  // namespace spectradiff
