// Samplers as tables: for every step the coefficients by which latents, model outputs and fresh noise are
// combined.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "spectradiff/base/json.h"

namespace spectradiff {

enum class StrengthMode {
  steps,  // diffusers' rule: int(steps · strength) of the steps run
  exact,  // all steps run, from the noise level that strength names
};

// x_{k+1} = Σ_j sample[j]·x_{k−j} + Σ_j output[j]·out_{k−j} + noise·n_k, out_k = network(input_scale·x_k,
// timestep).
struct SamplerStep {
  double timestep = 0;  // what the network is told
  double input_scale = 1;
  std::vector<double> sample;  // newest first; at most k+1 long
  std::vector<double> output;  // newest first; at most k+1 long
  double noise = 0;            // 0: no draw is made
};

// x_0 = image·latent + noise·n (latent already multiplied by the scaling factor).
struct SamplerTable {
  double image = 1;
  double noise = 0;
  std::vector<SamplerStep> steps;  // empty at strength 0: the picture only passes the VAE
  bool operator==(const SamplerTable&) const;
};

struct SamplerRequest {
  std::string scheduler;   // ddim, pndm, euler_ancestral; empty: the class the bundle names
  int steps = 50;          // 1..1000
  double strength = 0.75;  // 0..1
  StrengthMode mode = StrengthMode::steps;
  double eta = 0;  // DDIM only, 0..1
};

// The names --scheduler takes.
std::vector<std::string> scheduler_names();
// "ddim" for "DDIMScheduler". Error{model} for a class we do not know.
std::string scheduler_name_of_class(std::string_view diffusers_class);

// `config` is the bundle's scheduler config; the request's scheduler is built from it as diffusers'
// X.from_config does. All in double, no tensors. Error{model} naming the key for an unknown class or value,
// Error{usage} for a request that runs no step (0 < int(steps·strength) < 1).
SamplerTable make_sampler_table(const Json& config, const SamplerRequest& request);

}  // namespace spectradiff
