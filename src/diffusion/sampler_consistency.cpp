// Samplers of networks that were taught to reach the picture in one step from anywhere: LCM (Luo et al. 2023,
// algorithm 4) and TCD (Zheng et al. 2024, algorithm 4).
#include <cmath>

#include "samplers.h"
#include "spectradiff/base/error.h"

namespace spectradiff {
namespace {

// The timesteps of a run that strength starts at `first`, drawn from the schedule of the teaching.
struct Run {
  std::vector<int> timesteps;
  size_t first = 0;
};

Run steps_run(SchedulerConfig& config, const NoiseSchedule& schedule, const SamplerRequest& request) {
  const int taught = config.integer("original_inference_steps", 50, 1, schedule.train_timesteps);
  const int stride = schedule.train_timesteps / taught;
  const int reached = request.shortens_schedule ? static_cast<int>(taught * request.strength) : taught;
  if (request.steps > reached) {
    throw_error(
        ErrorKind::usage,
        "steps = {} are more than the {} of the {} steps the model was taught with that strength {} leaves; "
        "use fewer steps or more strength",
        request.steps, reached, taught, request.strength);
  }
  Run run;
  const double every = static_cast<double>(reached) / request.steps;
  for (int k = 0; k < request.steps; ++k) {
    run.timesteps.push_back((reached - static_cast<int>(std::floor(k * every))) * stride - 1);
  }
  if (!request.shortens_schedule) run.first = static_cast<size_t>(skipped_steps(request));
  return run;
}

Run consistency_run(SchedulerConfig& config, const NoiseSchedule& schedule, const SamplerRequest& request) {
  if (starts_exactly(request.mode)) return {exact_timesteps(schedule, request), 0};
  return steps_run(config, schedule, request);
}

Reading read_at(const NoiseSchedule& schedule, int t) {
  const double alpha = schedule.alpha(t);
  return read_off(schedule.prediction, std::sqrt(alpha), std::sqrt(1 - alpha));
}

}  // namespace

SamplerTable lcm_table(SchedulerConfig& config, const NoiseSchedule& schedule,
                       const SamplerRequest& request) {
  constexpr double kData = 0.25;  // σ² of the data
  const double scaling = config.real("timestep_scaling", 10, 0, 1e6);
  const Run run = consistency_run(config, schedule, request);
  SamplerTable table;
  if (run.timesteps.empty()) return table;
  start_at(schedule, run.timesteps[run.first], table);
  for (size_t k = run.first; k < run.timesteps.size(); ++k) {
    const int t = run.timesteps[k];
    const double scaled = t * scaling, sum = scaled * scaled + kData;
    const double skip = kData / sum, out = scaled / std::sqrt(sum);
    const Estimate picture = read_at(schedule, t).picture;
    const double next = k + 1 < run.timesteps.size() ? schedule.alpha(run.timesteps[k + 1]) : 1;
    const double keep = std::sqrt(next);
    SamplerStep step;
    step.timestep = t;
    step.sample = {keep * (out * picture.x + skip)};
    step.output = {keep * out * picture.m};
    step.noise = std::sqrt(1 - next);
    table.steps.push_back(std::move(step));
  }
  return table;
}

SamplerTable tcd_table(SchedulerConfig& config, const NoiseSchedule& schedule,
                       const SamplerRequest& request) {
  const Run run = consistency_run(config, schedule, request);
  SamplerTable table;
  if (run.timesteps.empty()) return table;
  start_at(schedule, run.timesteps[run.first], table);
  for (size_t k = run.first; k < run.timesteps.size(); ++k) {
    const bool is_last = k + 1 == run.timesteps.size();
    const int next = is_last ? 0 : run.timesteps[k + 1];
    // In diffusers' order of roundings to float32.
    const int between =
        static_cast<int>(std::floor(static_cast<float>(1 - request.eta) * static_cast<float>(next)));
    const double alpha_between = schedule.alpha(between);
    const auto [picture, noise] = read_at(schedule, run.timesteps[k]);
    const double fall = is_last || request.eta == 0 ? 1 : schedule.alpha(next) / alpha_between;
    const double keep = std::sqrt(fall * alpha_between), turn = std::sqrt(fall * (1 - alpha_between));
    SamplerStep step;
    step.timestep = run.timesteps[k];
    step.sample = {keep * picture.x + turn * noise.x};
    step.output = {keep * picture.m + turn * noise.m};
    step.noise = std::sqrt(1 - fall);
    table.steps.push_back(std::move(step));
  }
  return table;
}

}  // namespace spectradiff
