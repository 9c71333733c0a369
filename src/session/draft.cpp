#include "draft.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

namespace spectradiff {
namespace {

constexpr const char* kDraft = "draft";
constexpr int kSmallestSide = 64;
constexpr double kSteps = 12;
constexpr int kDraftEvery = 4;

int draft_side(int side, int step) {
  return std::min(side, std::max(kSmallestSide, side / 2 / step * step));
}

// Few, but enough that one runs at this strength.
int draft_steps(const DiffusionSettings& diffusion) {
  const double enough = std::max(kSteps, std::ceil(1 / diffusion.numbers.strength));
  return static_cast<int>(std::min<double>(diffusion.steps, enough));
}

Layer draft_layer(const RenderJob& final_job, int side_step) {
  const auto [width, height] = final_job.paint.size;
  Layer layer{kDraft};
  layer.values = {{"size", fmt::format("{}x{}", draft_side(width, side_step), draft_side(height, side_step))},
                  {"steps", draft_steps(final_job.diffusion)},
                  {"diffuse_every", std::max(kDraftEvery, final_job.diffusion.every)}};
  return layer;
}

}  // namespace

void insert_draft(std::vector<Layer>& layers, const RenderJob& final_job, int side_step) {
  const auto last = std::find_if(layers.rbegin(), layers.rend(),
                                 [](const Layer& layer) { return layer.values.contains(kDraft); });
  if (last == layers.rend() || !last->values[kDraft].get<bool>()) return;
  layers.insert(std::prev(last.base()), draft_layer(final_job, side_step));
}

}  // namespace spectradiff
