// DDIM: Song, Meng and Ermon 2021, equations 12 and 16.
#include <algorithm>
#include <cmath>
#include <utility>

#include "samplers.h"

namespace spectradiff {
namespace {

SamplerStep ddim_step(const NoiseSchedule& schedule, int t, int next, double eta) {
  const double alpha = schedule.alpha(t), alpha_next = schedule.alpha(next);
  const double variance = (1 - alpha_next) / (1 - alpha) * (1 - alpha / alpha_next);
  const double sigma = eta * std::sqrt(std::max(0.0, variance));
  const auto [picture, noise] = read_off(schedule.prediction, std::sqrt(alpha), std::sqrt(1 - alpha));
  const double keep = std::sqrt(alpha_next);
  const double turn = std::sqrt(std::max(0.0, 1 - alpha_next - sigma * sigma));
  SamplerStep step;
  step.timestep = t;
  step.sample = {keep * picture.x + turn * noise.x};
  step.output = {keep * picture.m + turn * noise.m};
  step.noise = sigma;
  return step;
}

}  // namespace

SamplerTable ddim_table(SchedulerConfig& /*config*/, const NoiseSchedule& schedule,
                        const SamplerRequest& request) {
  std::vector<std::pair<int, int>> moves;  // from timestep, to timestep; negative: to the end
  if (starts_exactly(request.mode)) {
    const std::vector<int> timesteps = exact_timesteps(schedule, request);
    for (size_t k = 0; k < timesteps.size(); ++k) {
      moves.emplace_back(timesteps[k], k + 1 < timesteps.size() ? timesteps[k + 1] : -1);
    }
  } else {
    const int stride = schedule.train_timesteps / request.steps;
    const std::vector<double> timesteps = spaced_timesteps(schedule, request.steps, true);
    for (size_t k = static_cast<size_t>(skipped_steps(request)); k < timesteps.size(); ++k) {
      const int t = static_cast<int>(timesteps[k]);
      moves.emplace_back(t, t - stride);
    }
  }
  SamplerTable table;
  if (moves.empty()) return table;
  start_at(schedule, moves[0].first, table);
  for (const auto& [t, next] : moves) table.steps.push_back(ddim_step(schedule, t, next, request.eta));
  return table;
}

}  // namespace spectradiff
