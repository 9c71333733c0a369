// What networks take and give, as model.json states it, against what their family needs.
#pragma once

#include "spectradiff/base/json.h"
#include "spectradiff/diffusion/manifest.h"

namespace spectradiff {

// "sample [batch, 4, height/8, width/8], timestep [batch]" of a list of {name, shape}. Error{model}.
std::string port_list(JsonReader& reader, const std::string& key);

// Error{model} naming the network that does not take or give what this family's do, where model.json states
// it.
void check_ports(const Manifest& manifest);

}  // namespace spectradiff
