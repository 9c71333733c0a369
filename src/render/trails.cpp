#include "trails.h"

#include <algorithm>
#include <cmath>

#include "spectradiff/image/mesh.h"

namespace spectradiff {
namespace {

constexpr int64_t kMostFrames = 64, kMostBytes = int64_t{256} << 20;

// The mesh's step to that frame: everything per second is divided by the frame rate.
MeshStep step_to(int64_t frame, const Mesh& mesh, double fps) {
  constexpr double kUsualRate = 30;  // of whom the waves' strength comes from
  return {std::pow(mesh.zoom, 1 / fps),
          mesh.bend,
          mesh.turn_degrees / fps,
          mesh.warp * kUsualRate / fps,
          mesh.warp_scale,
          mesh.warp_speed * static_cast<double>(frame) / fps,
          mesh.move_x / fps,
          mesh.move_y / fps,
          std::pow(mesh.stretch_x, 1 / fps),
          std::pow(mesh.stretch_y, 1 / fps),
          mesh.centre_x,
          mesh.centre_y};
}

}  // namespace

PaintSettings Trails::settings_of(int64_t frame) const {
  PaintSettings settings = plan_.constants.paint;
  if (const std::vector<double>* numbers = painting_of(plan_, frame)) {
    for (size_t i = 0; i < numbers->size(); ++i) plan_.painting[i].put(settings, (*numbers)[i]);
  }
  return settings;
}

Canvas Trails::painting(int64_t frame) {
  const std::lock_guard lock(mutex_);
  if (const auto known = kept_.find(frame); known != kept_.end()) return known->second.clone();
  const double fps = plan_.constants.analysis.fps.to_double();
  const int64_t begin = trail_begin(plan_, frame);
  int64_t next = begin;
  Canvas trail;
  if (auto later = kept_.upper_bound(frame); later != kept_.begin()) {
    const auto latest = std::prev(later);
    if (latest->first >= begin) {
      trail = latest->second.clone();
      next = latest->first + 1;
    }
  }
  for (; next <= frame; ++next) {
    const PaintSettings settings = settings_of(next);
    Canvas painting = painter_.unarranged(settings, next);
    if (!trail.empty())
      lay_trail(painting, moved_by_mesh(trail, step_to(next, settings.mesh, fps)),
                std::pow(settings.mesh.decay, 1 / fps), settings.colour.background);
    trail = std::move(painting);
    keep(next, trail);
  }
  return trail;
}

void Trails::keep(int64_t frame, const Canvas& painting) {
  const auto bytes = std::max<int64_t>(1, static_cast<int64_t>(painting.bytes().size()));
  const auto most = static_cast<size_t>(std::clamp<int64_t>(kMostBytes / bytes, 2, kMostFrames));
  kept_[frame] = painting.clone();
  age_[now_++] = frame;
  while (kept_.size() > most) {
    kept_.erase(age_.begin()->second);
    age_.erase(age_.begin());
  }
}

}  // namespace spectradiff
