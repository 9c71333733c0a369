// The runs of samplers that count noise in σ = √((1−ᾱ) / ᾱ), latents being picture + σ·noise.
#pragma once

#include <vector>

#include "noise_schedule.h"

namespace spectradiff {

struct SigmaRun {
  std::vector<double> timesteps;  // of all steps
  std::vector<double> sigmas;     // one more: what the last step leaves
  size_t first = 0;               // the step that strength starts at
};

// Euler's and Heun's run: as many timesteps as steps, fractions allowed; Karras σ span them.
SigmaRun euler_run(const NoiseSchedule& schedule, const SamplerRequest& request);

// The multistep solvers' run: whole timesteps, the end counting as one; Karras σ span all of the training
// schedule, and `whole` makes their timesteps whole.
SigmaRun solver_run(const NoiseSchedule& schedule, const SamplerRequest& request, double (*whole)(double));

}  // namespace spectradiff
