// What an open session holds.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include <vector>

#include "resolution.h"
#include "spectradiff/config/modulation.h"
#include "spectradiff/config/plan_file.h"
#include "spectradiff/diffusion/interpolator.h"
#include "spectradiff/media/video_writer.h"
#include "spectradiff/render/control_pictures.h"
#include "spectradiff/render/depth_pictures.h"
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
  std::unique_ptr<const ControlPictures> control;  // null: the model takes none
  std::unique_ptr<const DepthVideo> depth;         // null: no picture is moved by one
  std::optional<Manifest> interpolation;           // absent: no network makes pictures between others
  std::optional<Manifest> upscaling;               // absent: no network enlarges what is shown
  std::shared_ptr<const Features> features;        // null: not heard yet
  std::vector<MovedOption> moved;                  // by music, once heard
  std::string unresolved;                          // why the constants are incomplete; empty: they are not
  EncoderChoice encoders;                          // of a video that is tried
  std::optional<PlanFile> given;                   // the plan whose rows are rendered; absent: the music's
  Canvas reference;                                // what all frames see in place of anchors; empty: nothing
};

}  // namespace spectradiff
