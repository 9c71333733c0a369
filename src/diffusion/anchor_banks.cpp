#include "anchor_banks.h"

#include <cmath>

namespace spectradiff {

Array AnchorBank::nearest(double timestep, size_t k) const {
  Array found;
  double least = 0;
  for (size_t i = 0; i < timesteps.size(); ++i) {
    const double distance = std::abs(timesteps[i] - timestep);
    if (found != nullptr && (distance > least || (distance == least && i != k))) continue;
    found = tokens[i];
    least = distance;
  }
  return found;
}

const AnchorBank* AnchorBanks::get(int64_t anchor, const std::function<std::optional<AnchorBank>()>& make) {
  if (const auto found = banks_.find(anchor); found != banks_.end()) return &found->second;
  auto made = make();
  if (!made) return nullptr;
  return &banks_.emplace(anchor, std::move(*made)).first->second;
}

void AnchorBanks::keep(const std::set<int64_t>& anchors) {
  std::erase_if(banks_, [&](const auto& bank) { return !anchors.contains(bank.first); });
}

std::vector<std::pair<double, double>> noised_levels(const SamplerTable& table, const Json& config) {
  using Level = std::pair<double, double>;
  const std::string prediction = config.value("prediction_type", "epsilon");
  // What a network that knows both says of a·picture + b·noise.
  const auto said = [&](const Level& seen) -> Level {
    if (prediction == "v_prediction") return {-seen.second, seen.first};
    if (prediction == "sample") return {1, 0};
    if (prediction == "flow_prediction") return {-1, 1};
    return {0, 1};
  };
  std::vector<Level> states, outputs;
  Level now{table.image, table.noise};
  for (const SamplerStep& step : table.steps) {
    // Samplers that mix outputs of several levels leave the schedule a little: what the network sees has
    // variance 1, and of a flow shares that sum to 1.
    const double all =
        prediction == "flow_prediction" ? now.first + now.second : std::hypot(now.first, now.second);
    now = {now.first / (all * step.input_scale), now.second / (all * step.input_scale)};
    states.insert(states.begin(), now);
    outputs.insert(outputs.begin(), said({step.input_scale * now.first, step.input_scale * now.second}));
    Level next{0, 0};
    const auto add = [&](const std::vector<double>& coefficients, const std::vector<Level>& of) {
      for (size_t j = 0; j < coefficients.size(); ++j) {
        next.first += coefficients[j] * of[j].first;
        next.second += coefficients[j] * of[j].second;
      }
    };
    add(step.sample, states);
    add(step.output, outputs);
    next.second = std::hypot(next.second, step.noise);
    now = next;
  }
  return {states.rbegin(), states.rend()};
}

}  // namespace spectradiff
