// Networks made of plain arithmetic on the host: every fault of the pipeline can be tried in milliseconds and
// without weights.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "spectradiff/diffusion/networks.h"

namespace spectradiff {

// Called before each call with its name ("vae_encode", "denoise", "combine", …) and number; throws to plant a
// fault. As a device would be told them, also: "to_device" and "to_host" for a copy, "wait" where the host
// waits, "draw" for each draw.
using FakeFault = std::function<void(const std::string& call, int number)>;

// Deterministic; outputs depend on every input (latents, timestep, text, guidance, noise), so that a slip
// anywhere changes pictures. nan_from: every picture decoded by call number nan_from or later is not finite;
// -1 never. dtype: what they say that they run in; they always run in float32. works_alone: they are a device
// whose pictures are ready when they are collected and no sooner.
std::unique_ptr<Networks> make_fake_networks(FakeFault fault = {}, int nan_from = -1,
                                             std::string dtype = "float32", bool works_alone = false);

}  // namespace spectradiff
