// Options of what a frame is told and started from beside words and one seed.
#pragma once

#include <vector>

#include "spectradiff/config/options.h"

namespace spectradiff {

// Their heading in help; what they decide stands in the rows of a plan.
inline constexpr const char* kConditioningGroup = "Sound, notes and walks";

void add_conditioning_options(std::vector<Option>& table);

}  // namespace spectradiff
