// What an open session holds.
#pragma once

#include <memory>
#include <optional>

#include "resolution.h"
#include "spectradiff/diffusion/interpolator.h"
#include "spectradiff/render/control_pictures.h"
#include "spectradiff/render/plan.h"
#include "spectradiff/session/output_target.h"
#include "spectradiff/session/session.h"
#include "spectradiff/session/song_input.h"

namespace spectradiff {

struct SessionState {
  SessionRequest request;
  SharedResources& shared;
  RenderObserver& observer;
  Resolution settings;
  OutputTarget target;
  SongInput input;
  Plan plan;
  std::unique_ptr<const ControlPictures> control;    // null: the model takes none
  std::optional<InterpolationBundle> interpolation;  // absent: no network makes pictures between others
  std::shared_ptr<const Features> features;          // null: not heard yet
};

}  // namespace spectradiff
