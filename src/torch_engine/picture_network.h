// What networks from pictures to pictures share: where they run, and pictures in and out of them.
#pragma once

#include <string>
#include <vector>

#include "devices.h"
#include "script_network.h"
#include "spectradiff/image/canvas.h"

namespace spectradiff {

// Not thread-safe; used through the door.
class PictureNetwork {
 public:
  // The network `name` of the bundle. A dtype that the bundle was not verified in is the diffusion's alone:
  // this one then runs in its best. The threads and precision of libtorch are the process's, as with
  // load_torch_networks, and so are the errors.
  PictureNetwork(const AdmittedModel& model, const EngineRequest& request, const std::string& name);

  const std::string& title() const { return network_.title(); }
  const Placement& placement() const { return placement_; }

  // [1][3][height][width], 0..1, on the device, padded to multiples of the manifest's pad_multiple.
  at::Tensor padded(const Canvas& picture, at::ScalarType dtype) const;

  // The upper left part, of `size`, of the picture of shape [1][3][sides] that the network makes of `inputs`.
  // Error{model} for another shape, NaN and infinity.
  Canvas run(std::vector<c10::IValue> inputs, at::IntArrayRef sides, Size size);

 private:
  PictureNetwork(const AdmittedModel& model, const Placement& placement, const std::string& name);

  Placement placement_;
  int pad_multiple_;
  ScriptNetwork network_;
};

}  // namespace spectradiff
