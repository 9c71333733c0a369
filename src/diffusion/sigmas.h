// The runs of samplers that count noise in σ = √((1−ᾱ) / ᾱ), latents being picture + σ·noise, and the one
// place of the ways to space σ.
#pragma once

#include <optional>
#include <vector>

#include "noise_schedule.h"

namespace spectradiff {

enum class SigmaSpacing {
  timesteps,    // σ of the spaced timesteps
  karras,       // Karras et al. 2022, equation 5
  lu,           // Lu et al. 2022: even in ln σ
  exponential,  // the same, whose timesteps the solvers round otherwise
  beta,         // quantiles of the Beta(0.6, 0.6) distribution: Lee et al. 2024
  flow,         // even in σ, shifted
};

// What a config says of σ.
struct SigmaChoices {
  SigmaSpacing spacing = SigmaSpacing::timesteps;
  std::optional<double> least, most;  // the ends of karras, exponential and beta; absent: the schedule's
  bool is_log_linear = false;         // Euler's σ even in ln σ whatever its timesteps are
  bool tells_sigma = false;           // the network is told ln(σ) / 4 instead of a timestep
  bool ends_at_least = false;         // sampling ends at the least σ, not at 0
  bool ends_where_spaced = false;     // that least σ being the spacing's own
  bool is_flow = false;               // latents are (1 − σ)·picture + σ·noise
  double flow_shift = 1;
  double flow_end = 0;  // the σ that `flow` spaces towards
};

// Which of the keys a scheduler class knows, beside use_karras_sigmas and its kind.
struct SigmaKeys {
  std::optional<bool> karras = {};  // what stands for use_karras_sigmas, whatever the config says
  bool final_type = false;          // final_sigmas_type
  bool lu = false;                  // use_lu_lambdas
  bool flow = false;                // use_flow_sigmas
  bool karras_flow = false;         // and use_karras_sigmas with it
};

// Error{model} naming the key for what is not supported and for spacings that exclude one another.
SigmaChoices read_sigma_choices(SchedulerConfig& config, const SigmaKeys& known);

struct SigmaRun {
  std::vector<double> timesteps;  // of all steps
  std::vector<double> sigmas;     // one more: what the last step leaves
  size_t first = 0;               // the step that strength starts at
};

// Euler's and Heun's run: as many timesteps as steps, fractions allowed; other spacings of σ span them.
SigmaRun euler_run(const NoiseSchedule& schedule, const SigmaChoices& choices, const SamplerRequest& request);

// The multistep solvers' run: whole timesteps, the end counting as one; other spacings of σ span all of the
// training schedule. `truncates`: the timesteps of karras and lu are cut, not rounded.
SigmaRun solver_run(const NoiseSchedule& schedule, const SigmaChoices& choices, const SamplerRequest& request,
                    bool truncates);

}  // namespace spectradiff
