// One function per sampler family; sampler.cpp holds the table of them.
#pragma once

#include "noise_schedule.h"

namespace spectradiff {

// `request.strength` > 0.
SamplerTable ddim_table(const NoiseSchedule& schedule, const SamplerRequest& request);
SamplerTable pndm_table(const NoiseSchedule& schedule, const SamplerRequest& request);
SamplerTable euler_ancestral_table(const NoiseSchedule& schedule, const SamplerRequest& request);

}  // namespace spectradiff
