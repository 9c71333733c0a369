// A network that makes pictures between two others.
#pragma once

#include <memory>
#include <vector>

#include "spectradiff/diffusion/engine.h"
#include "spectradiff/image/canvas.h"

namespace spectradiff {

// Not thread-safe.
class Interpolator {
 public:
  virtual ~Interpolator() = default;
  // parts - 1 pictures evenly spaced between two of one size. Error{model} for NaN and infinity.
  virtual std::vector<Canvas> between(const Canvas& from, const Canvas& to, int parts) = 0;
};

// As load_networks. A dtype that the bundle was not verified in is the diffusion's alone: the network then
// runs in its best. Error{model} for a bundle of another family than interpolation.
std::unique_ptr<Interpolator> load_interpolator(const AdmittedModel& model, const EngineRequest& request);

}  // namespace spectradiff
