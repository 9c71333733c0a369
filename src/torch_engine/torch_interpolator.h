// The network of an interpolation bundle on libtorch. No torch in this header.
#pragma once

#include <memory>

#include "spectradiff/diffusion/interpolator.h"

namespace spectradiff {

// Errors as load_interpolator says. The threads and precision of libtorch are the process's, as with
// load_torch_networks.
std::unique_ptr<Interpolator> load_torch_interpolator(const AdmittedModel& model,
                                                      const EngineRequest& request);

}  // namespace spectradiff
