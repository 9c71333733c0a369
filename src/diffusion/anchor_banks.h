// What anchors leave for the frames that see them, kept while batches need it.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <utility>
#include <vector>

#include "spectradiff/diffusion/networks.h"
#include "spectradiff/diffusion/sampler.h"

namespace spectradiff {

// Of one anchor: its tokens at each of its steps, noisiest first.
struct AnchorBank {
  std::vector<double> timesteps;  // [steps]
  std::vector<Array> tokens;      // [steps], of DenoisedAnchor

  // Those of the step whose timestep is nearest to that of a frame's step `k`: of several alike its k-th,
  // else the earliest. Null where there are no steps.
  Array nearest(double timestep, size_t k) const;
};

// One thread.
class AnchorBanks {
 public:
  // The anchor's bank, made by `make` where it is not there; null where that gives nothing.
  const AnchorBank* get(int64_t anchor, const std::function<std::optional<AnchorBank>()>& make);
  // Lets go of all others.
  void keep(const std::set<int64_t>& anchors);

 private:
  std::map<int64_t, AnchorBank> banks_;
};

// What a picture is at each step of a table when nothing but noise was laid over it: {share of the picture's
// latents, of standard normal noise} for [steps] states x_k. `config` is that of the table.
std::vector<std::pair<double, double>> noised_levels(const SamplerTable& table, const Json& config);

}  // namespace spectradiff
