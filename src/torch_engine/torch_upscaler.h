// The network of an upscaling bundle on libtorch. No torch in this header.
#pragma once

#include <memory>

#include "spectradiff/diffusion/upscaler.h"

namespace spectradiff {

// Errors as load_upscaler says.
std::unique_ptr<Upscaler> load_torch_upscaler(const AdmittedModel& model, const EngineRequest& request);

}  // namespace spectradiff
