// What a scheduler config says about noise: how much of it is in the latents at every training timestep,
// which timesteps a run visits, what the network predicts.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "spectradiff/base/json.h"
#include "spectradiff/diffusion/sampler.h"

namespace spectradiff {

enum class Prediction { epsilon, v, sample };
enum class Spacing { leading, trailing, linspace };

// A diffusers scheduler class: its name and what it takes for keys that a config does not have.
struct SchedulerClass {
  std::string_view name;             // ours, "ddim"
  std::string_view diffusers_class;  // "DDIMScheduler"
  Spacing spacing = Spacing::leading;
  bool set_alpha_to_one = true;
  bool has_clip_sample = false;  // and thresholding; true by default where it exists
  bool has_zero_snr = false;
  bool has_sample_prediction = false;
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

// Reads `config` as `scheduler`'s from_config does. Error{model} naming the key.
NoiseSchedule read_noise_schedule(const Json& config, const SchedulerClass& scheduler);

// The run of `steps` steps, highest timestep first, before strength takes its part. Fractions are rounded to
// whole timesteps (halves to even) when `whole`.
std::vector<double> spaced_timesteps(const NoiseSchedule& schedule, int steps, bool whole);

// The timesteps of StrengthMode::exact; empty when the strength names no noise level.
std::vector<int> exact_timesteps(const NoiseSchedule& schedule, const SamplerRequest& request);

// How many of the steps StrengthMode::steps leaves out at the start. Error{usage} when none is left.
int skipped_steps(const SamplerRequest& request);

// x_0 = latent·√α + noise·√(1−α)
void start_at(const NoiseSchedule& schedule, int t, SamplerTable& table);

}  // namespace spectradiff
