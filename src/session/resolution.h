// From a request to settings without gaps: the model's own look below what was told.
#pragma once

#include <memory>

#include "spectradiff/config/settings.h"
#include "spectradiff/diffusion/manifest.h"
#include "spectradiff/render/render_observer.h"
#include "spectradiff/session/model_store.h"
#include "spectradiff/session/session_request.h"

namespace spectradiff {

struct Resolution : Resolved {
  std::shared_ptr<const Manifest> manifest;  // whose look was taken; null: of a painter that found none
  bool diffuses = false;                     // render, and not switched off
  bool prompt_by_song = false;               // none was given, and the model brings some to choose from
  const Manifest* model() const { return diffuses ? manifest.get() : nullptr; }
  // Whether any frame is guided (DiffuserSettings::guided).
  bool is_guided() const {
    return diffuses && (job.moves("guidance") || manifest->guides(job.diffusion.numbers.guidance));
  }
};

// Error{model} when diffusion is on and the model is not found; Error{usage} for settings that do not fit
// each other or the model.
Resolution resolve_request(const SessionRequest& request, ModelStore& models, RenderObserver& observer);

}  // namespace spectradiff
