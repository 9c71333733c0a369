#include "sigmas.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>
#include <utility>

namespace spectradiff {
namespace {

// The most that can be noise in a flow's latents: ln of the picture's part is taken.
constexpr double kAlmostAll = 1 - 1e-6;

float sigma_of(const NoiseSchedule& schedule, int t) {
  // Zero terminal noise ratio: small instead of 0, so that σ is finite.
  const bool floored = schedule.zero_snr && t == schedule.train_timesteps - 1;
  const float alpha = floored ? 0x1p-24f : schedule.alphas_cumprod[static_cast<size_t>(t)];
  return std::sqrt((1.0f - alpha) / alpha);
}

float greatest_sigma(const NoiseSchedule& schedule) {
  return sigma_of(schedule, schedule.train_timesteps - 1);
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

// ∫ (t(1−t))^(a−1) dt over 0..x, x <= 1/2, a = 0.6, by the binomial series of (1−t)^(a−1).
double beta_integral(double x) {
  constexpr double kA = 0.6;
  double power = std::pow(x, kA), sum = 0;
  for (int n = 0; power > 1e-18; ++n) {
    sum += power / (kA + n);
    power *= x * (n + 1 - kA) / (n + 1);
  }
  return sum;
}

// The inverse of the distribution function of Beta(0.6, 0.6), which is symmetrical about 1/2: by bisection.
double beta_quantile(double share) {
  if (share > 0.5) return 1 - beta_quantile(1 - share);
  const double wanted = share * 2 * beta_integral(0.5);
  double low = 0, high = 0.5;
  for (int halving = 0; halving < 54; ++halving) {
    const double middle = (low + high) / 2;
    (beta_integral(middle) < wanted ? low : high) = middle;
  }
  return low;
}

// The σ at `share` of the way from the most to the least.
double spaced_sigma(SigmaSpacing spacing, double share, double most, double least) {
  if (spacing == SigmaSpacing::karras) {
    constexpr double kRho = 7;
    const double from = std::pow(most, 1 / kRho), to = std::pow(least, 1 / kRho);
    return std::pow(from + share * (to - from), kRho);
  }
  if (spacing == SigmaSpacing::beta) return least + beta_quantile(1 - share) * (most - least);
  return std::exp(std::log(most) + share * (std::log(least) - std::log(most)));
}

// karras, lu, exponential or beta, between the ends that the config states or those given.
SigmaRun spaced_run(const NoiseSchedule& schedule, const SigmaChoices& choices, int steps, double most,
                    double least) {
  std::vector<float> log_sigmas;
  log_sigmas.reserve(schedule.alphas_cumprod.size());
  for (int t = 0; t < schedule.train_timesteps; ++t) log_sigmas.push_back(std::log(sigma_of(schedule, t)));
  SigmaRun run;
  for (int k = 0; k < steps; ++k) {
    const double share = steps > 1 ? static_cast<double>(k) / (steps - 1) : 0;
    const double sigma =
        spaced_sigma(choices.spacing, share, choices.most.value_or(most), choices.least.value_or(least));
    run.timesteps.push_back(timestep_of(log_sigmas, sigma));
    run.sigmas.push_back(static_cast<float>(sigma));
  }
  return run;
}

SigmaRun flow_run(const NoiseSchedule& schedule, const SigmaChoices& choices, int steps) {
  const double train = schedule.train_timesteps, span = 1 - 1 / train, shift = choices.flow_shift;
  SigmaRun run;
  for (int k = 0; k < steps; ++k) {
    const double even = choices.flow_end + span * (1 - static_cast<double>(k) / steps);
    const double sigma = std::min(shift * even / (1 + (shift - 1) * even), kAlmostAll);
    run.timesteps.push_back(sigma * train);
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

SigmaRun exact_run(const NoiseSchedule& schedule, const SigmaChoices& choices,
                   const SamplerRequest& request) {
  SigmaRun run;
  for (int t : exact_timesteps(schedule, request)) {
    // A flow counts its timesteps from 1: σ = 1 is the last, σ = 0 none.
    run.timesteps.push_back(choices.is_flow ? t + 1 : t);
    const double part = std::min((t + 1.0) / schedule.train_timesteps, kAlmostAll);
    run.sigmas.push_back(choices.is_flow ? static_cast<float>(part) : sigma_of(schedule, t));
  }
  return run;
}

SigmaRun run_at(const NoiseSchedule& schedule, std::vector<double> timesteps) {
  SigmaRun run{std::move(timesteps), {}, 0};
  for (double t : run.timesteps) run.sigmas.push_back(sigma_at(schedule, t));
  return run;
}

SigmaRun spaced_euler_run(const NoiseSchedule& schedule, const SigmaChoices& choices, int steps) {
  std::vector<double> timesteps = spaced_timesteps(schedule, steps, false);
  for (double& t : timesteps) t = static_cast<float>(t);
  SigmaRun run = run_at(schedule, std::move(timesteps));
  double most = run.sigmas.front(), least = run.sigmas.back();
  if (choices.is_log_linear) {
    most = greatest_sigma(schedule);
    least = sigma_of(schedule, 0);
    for (size_t k = 0; k < run.sigmas.size(); ++k) {
      run.sigmas[k] = spaced_sigma(SigmaSpacing::exponential, static_cast<double>(k) / steps, most, least);
    }
  }
  if (choices.spacing != SigmaSpacing::timesteps) run = spaced_run(schedule, choices, steps, most, least);
  return run;
}

SigmaRun spaced_solver_run(const NoiseSchedule& schedule, const SigmaChoices& choices, int steps,
                           bool truncates) {
  if (choices.spacing == SigmaSpacing::timesteps) return run_at(schedule, solver_timesteps(schedule, steps));
  SigmaRun run = choices.spacing == SigmaSpacing::flow
                     ? flow_run(schedule, choices, steps)
                     : spaced_run(schedule, choices, steps, greatest_sigma(schedule), sigma_of(schedule, 0));
  const bool is_karras = choices.spacing == SigmaSpacing::karras;
  if (is_karras && choices.is_flow) {
    for (size_t k = 0; k < run.sigmas.size(); ++k) {
      run.sigmas[k] /= run.sigmas[k] + 1;
      run.timesteps[k] = run.sigmas[k] * schedule.train_timesteps;
    }
    truncates = true;
  }
  const bool rounds = !truncates && (is_karras || choices.spacing == SigmaSpacing::lu);
  for (double& t : run.timesteps) t = rounds ? std::nearbyint(t) : std::trunc(t);
  return run;
}

// diffusers takes one of these at a time; `use_lu_lambdas` comes before all but karras.
SigmaSpacing read_spacing(SchedulerConfig& config, const SigmaKeys& known) {
  if (known.karras.value_or(false)) return SigmaSpacing::karras;
  constexpr std::array<std::pair<const char*, SigmaSpacing>, 3> kSpacings = {
      {{"use_karras_sigmas", SigmaSpacing::karras},
       {"use_exponential_sigmas", SigmaSpacing::exponential},
       {"use_beta_sigmas", SigmaSpacing::beta}}};
  SigmaSpacing spacing = SigmaSpacing::timesteps;
  std::string_view chosen;
  for (const auto& [key, means] : kSpacings) {
    const bool is_overruled = known.karras.has_value() && means == SigmaSpacing::karras;
    if (is_overruled || !config.boolean(key, false)) continue;
    if (!chosen.empty()) config.refuse(key, "true", fmt::format("one spacing at a time, not {} too", chosen));
    spacing = means;
    chosen = key;
  }
  const bool can_be_lu = known.lu && spacing != SigmaSpacing::karras;
  return can_be_lu && config.boolean("use_lu_lambdas", false) ? SigmaSpacing::lu : spacing;
}

// Where strength starts, and what is left at the end.
void finish(const SamplerRequest& request, double end, SigmaRun& run) {
  if (request.mode == StrengthMode::steps) run.first = static_cast<size_t>(skipped_steps(request));
  run.sigmas.push_back(end);
}

}  // namespace

SigmaChoices read_sigma_choices(SchedulerConfig& config, const SigmaKeys& known) {
  SigmaChoices choices;
  choices.spacing = read_spacing(config, known);
  if (config.has("sigma_min")) choices.least = config.real("sigma_min", 0, 1e-6, 1e6);
  if (config.has("sigma_max")) choices.most = config.real("sigma_max", 0, 1e-6, 1e6);
  choices.ends_at_least =
      known.final_type && config.choice("final_sigmas_type", 0, std::array{"zero", "sigma_min"}) == 1;
  choices.is_flow = known.flow && config.boolean("use_flow_sigmas", false);
  if (!choices.is_flow) return choices;
  if (config.boolean("use_dynamic_shifting", false))
    config.refuse("use_dynamic_shifting", "true", "flow_shift");
  if (config.has("shift_terminal")) config.refuse("shift_terminal", "a number", "flow_shift");
  choices.flow_shift = config.real("flow_shift", 1, 1e-3, 1e3);
  if (choices.spacing == SigmaSpacing::timesteps) {
    choices.spacing = SigmaSpacing::flow;
  } else if (choices.spacing != SigmaSpacing::karras || !known.karras_flow) {
    config.refuse("use_flow_sigmas", "true", "no other spacing of noise levels beside it");
  }
  return choices;
}

SigmaRun euler_run(const NoiseSchedule& schedule, const SigmaChoices& choices,
                   const SamplerRequest& request) {
  const bool is_exact = starts_exactly(request.mode);
  SigmaRun run =
      is_exact ? exact_run(schedule, choices, request) : spaced_euler_run(schedule, choices, request.steps);
  // diffusers' log-linear σ have one more than there are timesteps, and nothing follows that.
  const bool stops_short = !is_exact && choices.is_log_linear && choices.spacing == SigmaSpacing::timesteps;
  finish(request, choices.ends_at_least || stops_short ? sigma_of(schedule, 0) : 0, run);
  if (choices.tells_sigma) {
    for (size_t k = 0; k < run.timesteps.size(); ++k) run.timesteps[k] = std::log(run.sigmas[k]) / 4;
  }
  return run;
}

SigmaRun solver_run(const NoiseSchedule& schedule, const SigmaChoices& choices, const SamplerRequest& request,
                    bool truncates) {
  const bool is_exact = starts_exactly(request.mode);
  SigmaRun run = is_exact ? exact_run(schedule, choices, request)
                          : spaced_solver_run(schedule, choices, request.steps, truncates);
  const bool ends_where_spaced =
      !is_exact && choices.ends_where_spaced && choices.spacing != SigmaSpacing::timesteps;
  const double least = ends_where_spaced ? run.sigmas.back() : sigma_of(schedule, 0);
  finish(request, choices.ends_at_least ? least : 0, run);
  return run;
}

}  // namespace spectradiff
