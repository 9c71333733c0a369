// A network that makes pictures larger.
#pragma once

#include <memory>

#include "spectradiff/diffusion/engine.h"
#include "spectradiff/image/canvas.h"

namespace spectradiff {

// Not thread-safe.
class Upscaler {
 public:
  virtual ~Upscaler() = default;
  // The same picture with sides Manifest::scale times as long. Error{model} for NaN and infinity.
  virtual Canvas upscale(const Canvas& picture) = 0;
};

// As load_networks. A dtype that the bundle was not verified in is the diffusion's alone: the network then
// runs in its best. Error{model} for a bundle of another family than upscaling.
std::unique_ptr<Upscaler> load_upscaler(const AdmittedModel& model, const EngineRequest& request);

}  // namespace spectradiff
