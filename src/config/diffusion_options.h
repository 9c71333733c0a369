// The option table's rows about diffusion.
#pragma once

#include <vector>

#include "spectradiff/config/options.h"

namespace spectradiff {

void add_diffusion_options(std::vector<Option>& table);

}  // namespace spectradiff
