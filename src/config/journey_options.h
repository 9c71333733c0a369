// Options of pictures that follow from one another, and of the camera that moves them.
#pragma once

#include <vector>

#include "spectradiff/config/options.h"

namespace spectradiff {

// Their heading in help; what they decide stands in the rows of a plan.
inline constexpr const char* kJourneyGroup = "Journey";

void add_journey_options(std::vector<Option>& table);

}  // namespace spectradiff
