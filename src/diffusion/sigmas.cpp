#include "sigmas.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace spectradiff {
namespace {

float sigma_of(const NoiseSchedule& schedule, int t) {
  // Zero terminal noise ratio: small instead of 0, so that σ is finite.
  const bool floored = schedule.zero_snr && t == schedule.train_timesteps - 1;
  const float alpha = floored ? 0x1p-24f : schedule.alphas_cumprod[static_cast<size_t>(t)];
  return std::sqrt((1.0f - alpha) / alpha);
}

// σ at a fractional timestep, in diffusers' order of roundings to float32.
float sigma_at(const NoiseSchedule& schedule, double t) {
  const int last = schedule.train_timesteps - 1;
  const int below = std::clamp(static_cast<int>(std::floor(t)), 0, last);
  if (t <= below || below == last) return sigma_of(schedule, below);
  const double low = sigma_of(schedule, below), high = sigma_of(schedule, below + 1);
  return static_cast<float>(low + (high - low) * (t - below));
}

// The timestep of a σ, by its logarithm.
double timestep_of(const std::vector<float>& log_sigmas, double sigma) {
  const double wanted = std::log(std::max(sigma, 1e-10));
  const auto above = std::upper_bound(log_sigmas.begin(), log_sigmas.end(), wanted);
  const std::ptrdiff_t most = std::max<std::ptrdiff_t>(std::ssize(log_sigmas) - 2, 0);
  const std::ptrdiff_t low = std::clamp<std::ptrdiff_t>(above - log_sigmas.begin() - 1, 0, most);
  const float from = log_sigmas[static_cast<size_t>(low)];
  const float to = log_sigmas[std::min(static_cast<size_t>(low) + 1, log_sigmas.size() - 1)];
  return static_cast<double>(low) + std::clamp((from - wanted) / (from - to), 0.0, 1.0);
}

// Karras et al. 2022, equation 5, with its ρ = 7.
SigmaRun karras_run(const NoiseSchedule& schedule, int steps, double most, double least) {
  std::vector<float> log_sigmas;
  log_sigmas.reserve(schedule.alphas_cumprod.size());
  for (int t = 0; t < schedule.train_timesteps; ++t) log_sigmas.push_back(std::log(sigma_of(schedule, t)));
  constexpr double kRho = 7;
  const double from = std::pow(most, 1 / kRho), to = std::pow(least, 1 / kRho);
  SigmaRun run;
  for (int k = 0; k < steps; ++k) {
    const double share = steps > 1 ? static_cast<double>(k) / (steps - 1) : 0;
    const double sigma = std::pow(from + share * (to - from), kRho);
    run.timesteps.push_back(timestep_of(log_sigmas, sigma));
    run.sigmas.push_back(static_cast<float>(sigma));
  }
  return run;
}

std::vector<double> solver_timesteps(const NoiseSchedule& schedule, int steps) {
  if (schedule.spacing == Spacing::trailing) return spaced_timesteps(schedule, steps, true);
  std::vector<double> timesteps = spaced_timesteps(schedule, steps + 1, true);
  timesteps.pop_back();
  return timesteps;
}

SigmaRun exact_run(const NoiseSchedule& schedule, const SamplerRequest& request) {
  SigmaRun run;
  for (int t : exact_timesteps(schedule, request)) {
    run.timesteps.push_back(t);
    run.sigmas.push_back(sigma_of(schedule, t));
  }
  return run;
}

SigmaRun run_at(const NoiseSchedule& schedule, std::vector<double> timesteps) {
  SigmaRun run{std::move(timesteps), {}, 0};
  for (double t : run.timesteps) run.sigmas.push_back(sigma_at(schedule, t));
  return run;
}

void finish(const NoiseSchedule& schedule, const SamplerRequest& request, SigmaRun& run) {
  if (request.mode == StrengthMode::steps) run.first = static_cast<size_t>(skipped_steps(request));
  run.sigmas.push_back(schedule.ends_at_least_sigma ? sigma_of(schedule, 0) : 0);
}

}  // namespace

SigmaRun euler_run(const NoiseSchedule& schedule, const SamplerRequest& request) {
  SigmaRun run;
  if (request.mode == StrengthMode::exact) {
    run = exact_run(schedule, request);
  } else {
    std::vector<double> timesteps = spaced_timesteps(schedule, request.steps, false);
    for (double& t : timesteps) t = static_cast<float>(t);
    run = run_at(schedule, std::move(timesteps));
    if (schedule.karras) run = karras_run(schedule, request.steps, run.sigmas.front(), run.sigmas.back());
  }
  finish(schedule, request, run);
  return run;
}

SigmaRun solver_run(const NoiseSchedule& schedule, const SamplerRequest& request, double (*whole)(double)) {
  SigmaRun run;
  if (request.mode == StrengthMode::exact) {
    run = exact_run(schedule, request);
  } else if (schedule.karras) {
    run = karras_run(schedule, request.steps, sigma_of(schedule, schedule.train_timesteps - 1),
                     sigma_of(schedule, 0));
    for (double& t : run.timesteps) t = whole(t);
  } else {
    run = run_at(schedule, solver_timesteps(schedule, request.steps));
  }
  finish(schedule, request, run);
  return run;
}

}  // namespace spectradiff
