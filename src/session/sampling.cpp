#include "sampling.h"

#include <set>

#include "spectradiff/base/error.h"
#include "spectradiff/config/journey_plan.h"
#include "spectradiff/diffusion/sampler.h"

namespace spectradiff {
namespace {

SamplerRequest sampler_request(const DiffusionSettings& diffusion, const Manifest& manifest) {
  return {diffusion.scheduler,     diffusion.steps, diffusion.numbers.strength,
          diffusion.strength_mode, diffusion.eta,   manifest.embeds_guidance()};
}

}  // namespace

void check_sampling(const RenderJob& job, const Manifest& model) {
  SamplerRequest request = sampler_request(job.diffusion, model);
  // Of a strength that moves only the song tells more than that the rest fits.
  if (job.moves("strength")) request.strength = 1;
  make_sampler_table(model.scheduler, request);
  if (is_chained(job)) {
    request.strength = job.moves("chain_strength") ? 1 : job.journey.numbers.chain_strength;
    make_sampler_table(model.scheduler, request);
  }
  const auto [width, height] = job.paint.size;
  const int step = model.latent.downscale;
  if (width % step != 0 || height % step != 0) {
    const auto nearest = [step](int side) { return (side + step / 2) / step * step; };
    throw_error(ErrorKind::usage, "size = {}x{}: the model {} needs multiples of {}; {}x{} is the nearest",
                width, height, model.name, step, nearest(width), nearest(height));
  }
}

int steps_at(double strength, const RenderJob& job, const Manifest& model) {
  SamplerRequest request = sampler_request(job.diffusion, model);
  request.strength = strength;
  return static_cast<int>(make_sampler_table(model.scheduler, request).steps.size());
}

void check_moved_strength(const Plan& plan, const RenderJob& job, const Manifest& model) {
  if (!job.moves("strength") && !(is_chained(job) && job.moves("chain_strength"))) return;
  std::set<double> checked;
  SamplerRequest request = sampler_request(job.diffusion, model);
  for (const Recipe& row : plan.rows) {
    request.strength = row.numbers.strength;
    if (!checked.insert(request.strength).second) continue;
    try {
      make_sampler_table(model.scheduler, request);
    } catch (const Error& error) {
      throw_error(error.kind(), "frame {}: {}", row.frame, error.what());
    }
  }
}

}  // namespace spectradiff
