// Multistep solvers in λ = −ln σ on the network's estimates of the picture: DPM-Solver++ 2M (Lu et al. 2022,
// algorithm 2) and UniPC (Zhao et al. 2023, algorithms 5 to 8), both up to their second order.
#include <array>
#include <cmath>

#include "samplers.h"
#include "sigmas.h"

namespace spectradiff {
namespace {

// A noise level of a run: latents are alpha·picture + sigma·noise.
struct Level {
  double alpha = 1, sigma = 0, lambda = 0;
};

std::vector<Level> levels_of(const SigmaChoices& choices, const SigmaRun& run) {
  std::vector<Level> levels;
  levels.reserve(run.sigmas.size());
  for (double sigma : run.sigmas) {
    const double alpha = choices.is_flow ? 1 - sigma : 1 / std::sqrt(sigma * sigma + 1);
    const double part = choices.is_flow ? sigma : sigma * alpha;
    levels.push_back({alpha, part, std::log(alpha / part)});
  }
  return levels;
}

// A step over the sample x_k and the pictures that calls k, k−1 and k−2 estimated.
struct PictureStep {
  double sample = 0;
  std::array<double, 3> pictures = {};
};

SamplerTable table_of(const NoiseSchedule& schedule, const SigmaRun& run, const std::vector<Level>& levels,
                      const std::vector<PictureStep>& picture_steps) {
  SamplerTable table;
  if (picture_steps.empty()) return table;
  table.image = levels[run.first].alpha;
  table.noise = levels[run.first].sigma;
  for (size_t k = 0; k < picture_steps.size(); ++k) {
    SamplerStep step;
    step.timestep = run.timesteps[run.first + k];
    for (size_t ago = 0; ago < 3; ++ago) {
      const double weight = picture_steps[k].pictures[ago];
      if (ago > 0 && weight == 0) break;
      const size_t call = run.first + k - ago;
      // diffusers reads a flow off by σ even where the latents are no flow's.
      const bool is_flow = schedule.prediction == Prediction::flow;
      const Estimate picture =
          read_off(schedule.prediction, levels[call].alpha, is_flow ? run.sigmas[call] : levels[call].sigma)
              .picture;
      step.sample.push_back((ago == 0 ? picture_steps[k].sample : 0) + weight * picture.x);
      step.output.push_back(weight * picture.m);
    }
    table.steps.push_back(std::move(step));
  }
  return table;
}

struct UniPc {
  bool is_bh1 = false;
  double weight(double h) const { return is_bh1 ? -h : std::expm1(-h); }
};

PictureStep unipc_predictor(const UniPc& solver, const Level& to, const Level& from, const Level* before) {
  const double h = to.lambda - from.lambda;
  PictureStep step;
  step.sample = to.sigma / from.sigma;
  step.pictures[0] = -to.alpha * std::expm1(-h);
  if (before != nullptr) {
    const double ratio = (before->lambda - from.lambda) / h;
    const double change = -to.alpha * solver.weight(h) * 0.5 / ratio;
    step.pictures[0] -= change;
    step.pictures[1] += change;
  }
  return step;
}

// What the corrector adds to the sample that the predictor left at `to`, in pictures as estimated there and
// before. Both start from the same terms, which cancel.
std::array<double, 3> unipc_correction(const UniPc& solver, const Level& to, const Level& from,
                                       const Level* before) {
  const double h = to.lambda - from.lambda, weight = to.alpha * solver.weight(h);
  std::array<double, 3> pictures = {};
  double last = 0.5;
  if (before != nullptr) {
    const double ratio = (before->lambda - from.lambda) / h;
    const double phi2 = std::expm1(-h) / -h - 1, phi3 = phi2 / -h - 0.5;
    const double b1 = phi2 / solver.weight(h), b2 = 2 * phi3 / solver.weight(h);
    const double first = (b1 - b2) / (1 - ratio);
    last = b1 - first;
    const double change = weight * (0.5 - first) / ratio;
    pictures[1] -= change;
    pictures[2] += change;
  }
  pictures[0] -= weight * last;
  pictures[1] += weight * last;
  return pictures;
}

SamplerTable dpmpp_table_of(SchedulerConfig& config, const NoiseSchedule& schedule,
                            const SamplerRequest& request, bool is_karras) {
  const SigmaChoices choices =
      read_sigma_choices(config, {.karras = is_karras, .final_type = true, .lu = true, .flow = true});
  config.choice("algorithm_type", 0, std::array{"dpmsolver++", "deis"});
  // diffusers takes the names of other classes' solvers for its own first.
  const bool is_heun =
      config.choice("solver_type", 0, std::array{"midpoint", "logrho", "bh1", "bh2", "heun"}) == 4;
  const int order = config.integer("solver_order", 2, 1, 2);
  const bool lower_order_final = config.boolean("lower_order_final", true);
  const bool euler_at_final = config.boolean("euler_at_final", false);
  if (config.has("lambda_min_clipped")) config.refuse("lambda_min_clipped", "a number", "null only");
  const bool truncates = config.text("beta_schedule", "linear") == "squaredcos_cap_v2";
  const SigmaRun run = solver_run(schedule, choices, request, truncates);
  const std::vector<Level> levels = levels_of(choices, run);
  const size_t count = run.timesteps.size();
  std::vector<PictureStep> steps;
  for (size_t k = run.first; k < count; ++k) {
    const Level from = levels[k], to = levels[k + 1];
    const double h = to.lambda - from.lambda, shrink = std::expm1(-h);
    PictureStep step{to.sigma / from.sigma, {-to.alpha * shrink}};
    const bool ends_low =
        k + 1 == count && (euler_at_final || (lower_order_final && count < 15) || !choices.ends_at_least);
    if (order == 2 && k > run.first && !ends_low) {
      const double share = is_heun ? to.alpha * (shrink / h + 1) : -0.5 * to.alpha * shrink;
      const double change = share * h / (from.lambda - levels[k - 1].lambda);
      step.pictures[0] += change;
      step.pictures[1] -= change;
    }
    steps.push_back(step);
  }
  return table_of(schedule, run, levels, steps);
}

}  // namespace

SamplerTable dpmpp_table(SchedulerConfig& config, const NoiseSchedule& schedule,
                         const SamplerRequest& request) {
  return dpmpp_table_of(config, schedule, request, false);
}

SamplerTable dpmpp_karras_table(SchedulerConfig& config, const NoiseSchedule& schedule,
                                const SamplerRequest& request) {
  return dpmpp_table_of(config, schedule, request, true);
}

SamplerTable unipc_table(SchedulerConfig& config, const NoiseSchedule& schedule,
                         const SamplerRequest& request) {
  UniPc solver;
  solver.is_bh1 =
      config.choice("solver_type", 0, std::array{"bh2", "midpoint", "heun", "logrho", "bh1"}) == 4;
  const int order = config.integer("solver_order", 2, 1, 2);
  const bool lower_order_final = config.boolean("lower_order_final", true);
  if (!config.boolean("predict_x0", true)) config.refuse("predict_x0", "false", "true only");
  if (config.has("disable_corrector") && !config.array("disable_corrector").empty()) {
    config.refuse("disable_corrector", "a list of steps", "an empty list");
  }
  if (config.has("solver_p")) config.refuse("solver_p", "a scheduler", "null only");
  SigmaChoices choices = read_sigma_choices(config, {.final_type = true, .flow = true, .karras_flow = true});
  choices.ends_where_spaced = true;
  choices.flow_end = 1.0 / schedule.train_timesteps;
  const SigmaRun run = solver_run(schedule, choices, request, false);
  const std::vector<Level> levels = levels_of(choices, run);
  const size_t count = run.timesteps.size();
  const auto is_second = [&](size_t k) {
    return order == 2 && k > run.first && (!lower_order_final || k + 1 < count);
  };
  std::vector<PictureStep> steps;
  for (size_t k = run.first; k < count; ++k) {
    PictureStep step =
        unipc_predictor(solver, levels[k + 1], levels[k], is_second(k) ? &levels[k - 1] : nullptr);
    if (k > run.first) {
      const std::array<double, 3> correction =
          unipc_correction(solver, levels[k], levels[k - 1], is_second(k - 1) ? &levels[k - 2] : nullptr);
      for (size_t ago = 0; ago < 3; ++ago) step.pictures[ago] += step.sample * correction[ago];
    }
    steps.push_back(step);
  }
  return table_of(schedule, run, levels, steps);
}

}  // namespace spectradiff
