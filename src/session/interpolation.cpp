#include "interpolation.h"

#include <string>

#include "spectradiff/base/error.h"
#include "spectradiff/flow/optical_flow.h"
#include "spectradiff/media/motion.h"

namespace spectradiff {

std::optional<Manifest> open_interpolation(RenderJob& job, bool admit, ModelStore& models) {
  DiffusionSettings& diffusion = job.diffusion;
  const bool between = diffusion.every > 1 && !job.journey.is_chained();
  if (between && diffusion.interpolation == Interpolation::motion) motion_library_version();
  if (between && diffusion.interpolation == Interpolation::flow) {
    if (const std::string problem = flow_problem(); !problem.empty())
      throw_error(ErrorKind::usage,
                  "interpolate = flow: {}; --interpolate motion or blend need nothing of it", problem);
  }
  if (!between || diffusion.interpolation != Interpolation::network) {
    diffusion.interpolation_model.clear();
    return std::nullopt;
  }
  if (diffusion.interpolation_model.empty()) {
    throw_error(ErrorKind::usage,
                "interpolate = network: name the network's folder with --interpolation-model, or use blend, "
                "motion or flow");
  }
  Manifest manifest = read_interpolation_manifest(
      find_model(diffusion.interpolation_model, model_search_path(), "interpolation_model"));
  if (admit) models.admit(manifest, diffusion.allow_unpinned);
  diffusion.interpolation_model = std::string(kModelHashPrefix) + manifest.sha256;
  return manifest;
}

}  // namespace spectradiff
