// One function per sampler; sampler.cpp holds the table of them.
#pragma once

#include "noise_schedule.h"

namespace spectradiff {

// A combination of the sample and the network's output: x·sample + m·output.
struct Estimate {
  double x = 0, m = 0;
};

struct Reading {
  Estimate picture, noise;
};

// What the network's output says of a sample a·picture + b·noise, a² + b² = 1; of a flow, which predicts
// noise − picture, a + b = 1.
Reading read_off(Prediction prediction, double a, double b);

// Each reads from the config the keys that only its class knows. `request.strength` > 0.
SamplerTable ddim_table(SchedulerConfig&, const NoiseSchedule&, const SamplerRequest&);
SamplerTable pndm_table(SchedulerConfig&, const NoiseSchedule&, const SamplerRequest&);
SamplerTable euler_table(SchedulerConfig&, const NoiseSchedule&, const SamplerRequest&);
SamplerTable euler_ancestral_table(SchedulerConfig&, const NoiseSchedule&, const SamplerRequest&);
SamplerTable heun_table(SchedulerConfig&, const NoiseSchedule&, const SamplerRequest&);
SamplerTable dpmpp_table(SchedulerConfig&, const NoiseSchedule&, const SamplerRequest&);
SamplerTable dpmpp_karras_table(SchedulerConfig&, const NoiseSchedule&, const SamplerRequest&);
SamplerTable unipc_table(SchedulerConfig&, const NoiseSchedule&, const SamplerRequest&);
SamplerTable lcm_table(SchedulerConfig&, const NoiseSchedule&, const SamplerRequest&);
SamplerTable tcd_table(SchedulerConfig&, const NoiseSchedule&, const SamplerRequest&);

}  // namespace spectradiff
