// Networks made of plain arithmetic on the host: every fault of the pipeline can be tried in milliseconds and
// without weights.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "spectradiff/diffusion/networks.h"

namespace spectradiff {

// Called before each network call with its name ("vae_encode", "denoise", …) and number; throws to plant a
// fault.
using FakeFault = std::function<void(const std::string& call, int number)>;

// Deterministic; outputs depend on every input (latents, timestep, text, guidance, noise), so that a slip
// anywhere changes pictures. nan_from: every picture decoded by call number nan_from or later is not finite;
// -1 never. dtype: what they say that they run in; they always run in float32.
std::unique_ptr<Networks> make_fake_networks(FakeFault fault = {}, int nan_from = -1,
                                             std::string dtype = "float32");

}  // namespace spectradiff
