// Options of pictures that follow from one another, and of the camera that moves them.
#pragma once

#include <vector>

#include "spectradiff/config/options.h"

namespace spectradiff {

void add_journey_options(std::vector<Option>& table);

}  // namespace spectradiff
