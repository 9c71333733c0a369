// Options of sonify: how a picture becomes sound.
#pragma once

#include <vector>

#include "spectradiff/config/options.h"

namespace spectradiff {

void add_sonify_options(std::vector<Option>& table);

}  // namespace spectradiff
