// The networks of a bundle on libtorch. No torch in this header.
#pragma once

#include <memory>

#include "spectradiff/diffusion/engine.h"

namespace spectradiff {

// Latents and their combinations are float32 whatever the dtype: only what goes into a network is cast. In
// float32 that is what diffusers computes; in bfloat16 and float16 it loses less. The number of threads, the
// precision settings and the host memory of libtorch are the process's: the last call decides. Errors as
// load_networks says.
std::unique_ptr<Networks> load_torch_networks(const AdmittedModel& model, const EngineRequest& request);

EngineReport torch_report();
EngineFacts torch_facts(const Manifest& manifest, const EngineRequest& request);

}  // namespace spectradiff
