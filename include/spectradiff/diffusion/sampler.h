// Samplers as tables: for every step the coefficients by which latents, model outputs and fresh noise are
// combined.
#pragma once

#include <string>
#include <vector>

#include "spectradiff/base/json.h"

namespace spectradiff {

enum class StrengthMode {
  steps,  // diffusers' rule: int(steps · strength) of the steps run
  exact,  // all steps run, from the noise level that strength names
  // From there too; of lower strengths fewer run, and closer together towards the end.
  tapered,
};

inline bool starts_exactly(StrengthMode mode) {
  return mode != StrengthMode::steps;
}

// x_{k+1} = Σ_j sample[j]·x_{k−j} + Σ_j output[j]·out_{k−j} + noise·n_k, out_k = network(input_scale·x_k,
// timestep).
struct SamplerStep {
  double timestep = 0;  // what the network is told
  double input_scale = 1;
  std::vector<double> sample;  // newest first; at most k+1 long
  std::vector<double> output;  // newest first; at most k+1 long
  double noise = 0;            // 0: no draw is made
  friend bool operator==(const SamplerStep&, const SamplerStep&) = default;
};

// x_0 = image·latent + noise·n (latent already multiplied by the scaling factor).
struct SamplerTable {
  double image = 1;
  double noise = 0;
  std::vector<SamplerStep> steps;  // empty at strength 0: the picture only passes the VAE
  friend bool operator==(const SamplerTable&, const SamplerTable&) = default;
};

struct SamplerRequest {
  std::string scheduler;   // one of scheduler_names(); empty: the class the bundle names
  int steps = 50;          // 1..1000
  double strength = 0.75;  // 0..1
  StrengthMode mode = StrengthMode::steps;
  double eta = 0;  // DDIM and TCD only, 0..1
  // StrengthMode::steps of LCM and TCD as LCM's own pipeline has it: all steps run, drawn from the part of
  // the teacher's schedule that strength names.
  bool shortens_schedule = false;
};

// The names --scheduler takes.
std::vector<std::string> scheduler_names();
// The one that a bundle's config means: "ddim" for the class DDIMScheduler, "dpmpp_2m_karras" for
// DPMSolverMultistepScheduler with use_karras_sigmas. Error{model} for a class we do not know.
std::string scheduler_name_of(const Json& config);

// `config` is the bundle's scheduler config as diffusers' pipeline left it, with "class" and, optionally,
// "defaulted": the keys that the source did not state. The request's scheduler is built from it as diffusers'
// X.from_config does: keys it does not know are ignored, keys that are absent (or defaulted, for another
// class) have that class's default. Coefficients are double, no tensors; the noise schedule is float32 as
// diffusers'.
//
// StrengthMode::steps: n = min(int(steps · strength), steps) of the steps run, as diffusers' img2img
// pipelines do. StrengthMode::exact: with T training timesteps, t0 = round(strength · T) − 1 and n =
// min(steps, t0 + 1), the timesteps round(t0 · (1 − k / n)) for k = 0..n−1, then the final alpha or sigma;
// halves round to even; spacings of noise levels do not count there, a flow's level is (t + 1) / T. A
// strength below 1 / 2T is strength 0. StrengthMode::tapered: as exact, but n = min(⌈steps · √strength⌉,
// t0 + 1) and, with u = 1 − k / n, the timesteps max(round(t0 · u · (strength + (1 − strength) · u)),
// n − 1 − k): even at full strength, quadratic at the lowest.
//
// Two deviations from diffusers: PNDM never starts with Runge-Kutta steps, and trailing spacings whose
// rounding gives diffusers one timestep too many, −1 (61 steps of 1000, say), end at the right one.
//
// Error{model} naming the key for an unknown class or value, for clip_sample and thresholding, which are not
// linear, and where the schedule has no finite coefficients. Error{usage} for values outside the ranges above
// and for a request that runs no step (int(steps · strength) = 0 although strength > 0).
SamplerTable make_sampler_table(const Json& config, const SamplerRequest& request);

}  // namespace spectradiff
