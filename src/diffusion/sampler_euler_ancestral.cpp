// Ancestral sampling with Euler steps: Karras et al. 2022 in Katherine Crowson's k-diffusion form, latents
// scaled by √(σ² + 1) against the network's.
#include <algorithm>
#include <cmath>

#include "samplers.h"

namespace spectradiff {
namespace {

// σ at a fractional timestep, in diffusers' order of roundings to float32.
float sigma_at(const NoiseSchedule& schedule, double t) {
  const auto sigma = [&](int whole) {
    // Zero terminal noise ratio: small instead of 0, so that σ is finite.
    const bool floored = schedule.zero_snr && whole == schedule.train_timesteps - 1;
    const float alpha = floored ? 0x1p-24f : schedule.alphas_cumprod[static_cast<size_t>(whole)];
    return std::sqrt((1.0f - alpha) / alpha);
  };
  const int last = schedule.train_timesteps - 1;
  const int below = std::clamp(static_cast<int>(std::floor(t)), 0, last);
  if (t <= below || below == last) return sigma(below);
  const double low = sigma(below), high = sigma(below + 1);
  return static_cast<float>(low + (high - low) * (t - below));
}

SamplerStep euler_ancestral_step(Prediction prediction, double t, double sigma, double sigma_next) {
  const double ratio = sigma_next / sigma;
  const double up = sigma_next * std::sqrt(std::max(0.0, 1 - ratio * ratio));
  const double change = sigma_next * ratio - sigma;
  const double scale = 1 / std::sqrt(sigma * sigma + 1);
  SamplerStep step;
  step.timestep = t;
  step.input_scale = scale;
  if (prediction == Prediction::v) {
    step.sample = {1 + change * sigma * scale * scale};
    step.output = {change * scale};
  } else {
    step.sample = {1};
    step.output = {change};
  }
  step.noise = up;
  return step;
}

}  // namespace

SamplerTable euler_ancestral_table(const NoiseSchedule& schedule, const SamplerRequest& request) {
  std::vector<double> timesteps;
  if (request.mode == StrengthMode::exact) {
    for (int t : exact_timesteps(schedule, request)) timesteps.push_back(t);
  } else {
    timesteps = spaced_timesteps(schedule, request.steps, false);
    timesteps.erase(timesteps.begin(), timesteps.begin() + skipped_steps(request));
    for (double& t : timesteps) t = static_cast<float>(t);
  }
  SamplerTable table;
  if (timesteps.empty()) return table;
  table.noise = sigma_at(schedule, timesteps[0]);
  for (size_t k = 0; k < timesteps.size(); ++k) {
    const double next = k + 1 < timesteps.size() ? sigma_at(schedule, timesteps[k + 1]) : 0;
    table.steps.push_back(
        euler_ancestral_step(schedule.prediction, timesteps[k], sigma_at(schedule, timesteps[k]), next));
  }
  return table;
}

}  // namespace spectradiff
