#include "anchors.h"

#include <algorithm>
#include <set>

#include "sampling.h"
#include "spectradiff/base/error.h"
#include "spectradiff/config/anchor_plan.h"
#include "spectradiff/image/post.h"
#include "spectradiff/image/resize.h"
#include "spectradiff/paint/picture_source.h"

namespace spectradiff {
namespace {

constexpr double kOfReference = 0.7;

// As many as a batch may need: its rows follow one another where they form no chains.
size_t most_at_once(const Plan& plan) {
  const auto slots = static_cast<size_t>(plan.constants.diffusion->slots);
  const bool chained = std::any_of(plan.rows.begin(), plan.rows.end(),
                                   [](const Recipe& row) { return row.init.previous.has_value(); });
  if (chained) return std::min(slots, plan.anchors.size());
  size_t most = 0;
  for (size_t begin = 0; begin < plan.rows.size(); ++begin) {
    std::set<int64_t> seen;
    for (size_t i = begin; i < std::min(begin + slots, plan.rows.size()); ++i)
      if (const auto& anchor = plan.rows[i].anchor) seen.insert(*anchor);
    most = std::max(most, seen.size());
  }
  return most;
}

}  // namespace

void require_bank(const Manifest& model) {
  if (model.has_bank()) return;
  throw_error(
      ErrorKind::model,
      "coherence: frames of the model {} cannot see another picture's attention; export it again with "
      "`scripts/export_model.py SOURCE OUT --attention-bank`, or leave --coherence and --reference out",
      model.name);
}

void choose_coherence(Resolution& resolution) {
  RenderJob& job = resolution.job;
  const std::string key(kCoherenceKey);
  if (!job.journey.reference.empty() && !resolution.origins.contains(key)) {
    job.diffusion.numbers.coherence = kOfReference;
    resolution.origins[key] = "reference";
  }
  if (is_coherent(job)) require_bank(*resolution.manifest);
}

void open_reference(SessionState& state) {
  const RenderJob& job = state.settings.job;
  const auto& diffusion = state.plan.constants.diffusion;
  if (job.journey.reference.empty() || !diffusion || !diffusion->coherent) return;
  ImageSource source;
  source.path = job.journey.reference;
  source.end = ImageSource::End::hold;
  const PictureSource pictures(source, job.analysis.fps, Rgb{0, 0, 0}, "reference");
  if (pictures.frames())
    throw_error(ErrorKind::usage, "reference = {} is not a single picture", job.journey.reference);
  state.reference = fit_to_size(pictures.at(0), job.paint.size, Fit::cover);
}

uint64_t bytes_of_anchors(const SessionState& state, const Plan& plan) {
  const auto& diffusion = plan.constants.diffusion;
  if (!diffusion || plan.anchors.empty()) return 0;
  const Manifest& model = *state.settings.model();
  int steps = 0;
  for (const Recipe& anchor : plan.anchors)
    steps = std::max(steps, steps_at(anchor.numbers.strength, state.settings.job, model));
  const Size size = plan.constants.paint.size;
  const auto along = [](int side, int each) { return static_cast<uint64_t>((side + each - 1) / each); };
  uint64_t numbers = 0;
  for (const BankLayer& layer : model.attention_bank)
    numbers += along(size.width, layer.downscale) * along(size.height, layer.downscale) *
               static_cast<uint64_t>(layer.channels);
  const uint64_t halves = diffusion->guided && !model.embeds_guidance() ? 2 : 1;
  const uint64_t bytes = diffusion->dtype == "float32" ? 4 : 2;
  return numbers * bytes * halves * static_cast<uint64_t>(steps) * most_at_once(plan);
}

}  // namespace spectradiff
