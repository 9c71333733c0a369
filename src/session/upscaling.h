// The network that enlarges what is shown.
#pragma once

#include <optional>

#include "spectradiff/diffusion/manifest.h"
#include "spectradiff/render/render_job.h"
#include "spectradiff/render/render_observer.h"
#include "spectradiff/session/model_store.h"

namespace spectradiff {

// The bundle that the job names, admitted where `admit`; absent where it names none, or, with a warning,
// where the output is no larger than the pictures. Where no output size is asked for, the output is as large
// as the network makes pictures. The job then names the bundle by its hash, as videos do. Error{model}.
std::optional<Manifest> open_upscaling(RenderJob& job, bool admit, ModelStore& models,
                                       RenderObserver& observer);

}  // namespace spectradiff
