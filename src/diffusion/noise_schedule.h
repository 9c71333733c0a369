// What a scheduler config says about noise: how much of it is in the latents at every training timestep,
// which timesteps a run visits, what the network predicts.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "scheduler_config.h"
#include "spectradiff/diffusion/sampler.h"

namespace spectradiff {

enum class Prediction { epsilon, v, sample, flow };
enum class Spacing { leading, trailing, linspace };
enum class Clipping { unknown, off_by_default, by_default };

struct BetaDefaults {
  double start = 0.0001, end = 0.02;
  const char* schedule = "linear";
};

// A diffusers scheduler class: its name, the keys it knows and what it takes for those that a config does not
// have.
struct SchedulerClass {
  std::string_view name;             // ours, "ddim"
  std::string_view diffusers_class;  // "DDIMScheduler"
  BetaDefaults betas = {};
  Spacing spacing = Spacing::leading;
  bool set_alpha_to_one = true;
  Clipping clip_sample = Clipping::unknown;
  bool has_thresholding = false;
  bool has_zero_snr = false;
  size_t predictions = 3;  // how many of Prediction's, in its order
};

struct NoiseSchedule {
  int train_timesteps = 0;
  std::vector<float> alphas_cumprod;  // [train_timesteps]
  double final_alpha = 1;             // where sampling ends
  bool zero_snr = false;
  Prediction prediction = Prediction::epsilon;
  Spacing spacing = Spacing::leading;
  int steps_offset = 0;

  // alphas_cumprod[t]; final_alpha for a negative t. Error{usage} beyond the last timestep.
  double alpha(int t) const;
};

// Error{model} naming the key.
NoiseSchedule read_noise_schedule(SchedulerConfig& config, const SchedulerClass& scheduler);

// The run of `steps` steps, highest timestep first, before strength takes its part. Fractions are rounded to
// whole timesteps (halves to even) when `whole`.
std::vector<double> spaced_timesteps(const NoiseSchedule& schedule, int steps, bool whole);

// The timesteps of StrengthMode::exact and tapered; empty when the strength names no noise level.
std::vector<int> exact_timesteps(const NoiseSchedule& schedule, const SamplerRequest& request);

// How many of the steps StrengthMode::steps leaves out at the start. Error{usage} when none is left.
int skipped_steps(const SamplerRequest& request);

// x_0 = latent·√α + noise·√(1−α)
void start_at(const NoiseSchedule& schedule, int t, SamplerTable& table);

}  // namespace spectradiff
