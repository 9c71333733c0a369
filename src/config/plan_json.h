// What plans are made of, as JSON.
#pragma once

#include "spectradiff/base/json.h"
#include "spectradiff/config/options.h"
#include "spectradiff/render/plan.h"

namespace spectradiff {

// What asks for exactly these constants; the rows say the rest.
RenderJob job_of(const Constants& constants);

// The job's options of a class and of these commands, but those whose effect stands in the rows.
Json options_of(const RenderJob& job, OptionClass option_class, unsigned commands);

Json song_to_json(const SongFacts& song);
Json diffusion_to_json(const DiffusionConstants& diffusion);  // but the sampler, whose options are settings
Json init_to_json(const Init& init);

void add_painting(Json& entry, const Plan& plan, const Recipe& row);
// What the diffusion is told beside the init.
void add_diffusion(Json& entry, const Plan& plan, const Recipe& row);

}  // namespace spectradiff
