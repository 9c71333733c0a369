#include "upscaling.h"

#include <fmt/format.h>

#include <string>

namespace spectradiff {

std::optional<Manifest> open_upscaling(RenderJob& job, bool admit, ModelStore& models,
                                       RenderObserver& observer) {
  std::string& named = job.output.upscale;
  std::optional<Size>& output = job.output.size;
  if (named.empty()) return std::nullopt;
  const auto [width, height] = job.paint.size;
  if (output && output->width <= width && output->height <= height) {
    observer.warn(fmt::format("upscale = {} is ignored: the video of {}x{} is no larger than the pictures",
                              named, output->width, output->height));
    named.clear();
    return std::nullopt;
  }
  Manifest manifest = read_upscaling_manifest(find_model(named, model_search_path(), "upscale"));
  if (admit) models.admit(manifest, job.diffusion.allow_unpinned);
  if (!output) output = Size{width * manifest.scale, height * manifest.scale};
  named = std::string(kModelHashPrefix) + manifest.sha256;
  return manifest;
}

}  // namespace spectradiff
