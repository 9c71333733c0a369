// Euler's, Heun's and ancestral sampling: Karras et al. 2022 in Katherine Crowson's k-diffusion form, latents
// scaled by √(σ² + 1) against the network's.
#include <algorithm>
#include <array>
#include <cmath>

#include "samplers.h"
#include "sigmas.h"

namespace spectradiff {
namespace {

double scale_at(double sigma) {
  return 1 / std::sqrt(sigma * sigma + 1);
}

// dx/dσ
Estimate slope(Prediction prediction, double sigma) {
  const double scale = scale_at(sigma);
  const Estimate noise = read_off(prediction, scale, sigma * scale).noise;
  return {noise.x * scale, noise.m};
}

SamplerStep euler_step(Prediction prediction, double t, double sigma, double change) {
  const Estimate direction = slope(prediction, sigma);
  SamplerStep step;
  step.timestep = t;
  step.input_scale = scale_at(sigma);
  step.sample = {1 + change * direction.x};
  step.output = {change * direction.m};
  return step;
}

// After an Euler step from `sigma`: the same again from the same place, with the mean of both ends' slopes.
SamplerStep heun_step(Prediction prediction, double t_next, double sigma, double sigma_next) {
  const Estimate before = slope(prediction, sigma), after = slope(prediction, sigma_next);
  const double half = (sigma_next - sigma) / 2;
  SamplerStep step;
  step.timestep = t_next;
  step.input_scale = scale_at(sigma_next);
  step.sample = {half * after.x, 1 + half * before.x};
  step.output = {half * after.m, half * before.m};
  return step;
}

// The steps that `add` pushes for each pair of sigmas, first to last.
template <typename Add>
SamplerTable table_of(const NoiseSchedule& schedule, const SigmaChoices& choices,
                      const SamplerRequest& request, Add add) {
  const SigmaRun run = euler_run(schedule, choices, request);
  SamplerTable table;
  if (run.timesteps.empty()) return table;
  table.noise = run.sigmas[run.first];
  for (size_t k = run.first; k < run.timesteps.size(); ++k) add(run, k, table.steps);
  return table;
}

}  // namespace

SamplerTable euler_table(SchedulerConfig& config, const NoiseSchedule& schedule,
                         const SamplerRequest& request) {
  SigmaChoices choices = read_sigma_choices(config, {.final_type = true});
  choices.is_log_linear = config.choice("interpolation_type", 0, std::array{"linear", "log_linear"}) == 1;
  // Of EDM's models, whose network is told the noise level itself; diffusers heeds it for v alone.
  const bool is_continuous = config.choice("timestep_type", 0, std::array{"discrete", "continuous"}) == 1;
  choices.tells_sigma = is_continuous && schedule.prediction == Prediction::v;
  return table_of(schedule, choices, request,
                  [&](const SigmaRun& run, size_t k, std::vector<SamplerStep>& steps) {
                    const double change = run.sigmas[k + 1] - run.sigmas[k];
                    steps.push_back(euler_step(schedule.prediction, run.timesteps[k], run.sigmas[k], change));
                  });
}

SamplerTable heun_table(SchedulerConfig& config, const NoiseSchedule& schedule,
                        const SamplerRequest& request) {
  return table_of(
      schedule, read_sigma_choices(config, {}), request,
      [&](const SigmaRun& run, size_t k, std::vector<SamplerStep>& steps) {
        const double sigma = run.sigmas[k], sigma_next = run.sigmas[k + 1];
        steps.push_back(euler_step(schedule.prediction, run.timesteps[k], sigma, sigma_next - sigma));
        if (k + 1 < run.timesteps.size())
          steps.push_back(heun_step(schedule.prediction, run.timesteps[k + 1], sigma, sigma_next));
      });
}

SamplerTable euler_ancestral_table(SchedulerConfig& /*config*/, const NoiseSchedule& schedule,
                                   const SamplerRequest& request) {
  return table_of(schedule, {}, request, [&](const SigmaRun& run, size_t k, std::vector<SamplerStep>& steps) {
    const double sigma = run.sigmas[k], sigma_next = run.sigmas[k + 1], ratio = sigma_next / sigma;
    steps.push_back(euler_step(schedule.prediction, run.timesteps[k], sigma, sigma_next * ratio - sigma));
    steps.back().noise = sigma_next * std::sqrt(std::max(0.0, 1 - ratio * ratio));
  });
}

}  // namespace spectradiff
