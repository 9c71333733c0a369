// What is needed for the pictures between diffused ones.
#pragma once

#include <optional>

#include "spectradiff/diffusion/manifest.h"
#include "spectradiff/render/render_job.h"
#include "spectradiff/session/model_store.h"

namespace spectradiff {

// That it is there; the network's bundle where there is one, admitted where `admit`. The job then names it by
// its hash, as videos do, or none. Error{usage} where none is named and one is needed, Error{model}.
std::optional<Manifest> open_interpolation(RenderJob& job, bool admit, ModelStore& models);

}  // namespace spectradiff
