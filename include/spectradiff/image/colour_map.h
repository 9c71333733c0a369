// Colour maps by name.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "spectradiff/image/canvas.h"

namespace spectradiff {

using ColourTable = std::array<Rgb, 256>;  // from 0 to 1

// viridis, magma, inferno, plasma, cividis, turbo, twilight, grey.
const std::vector<std::string>& colour_map_names();

// Within one code value of matplotlib's map of that name. Error{usage} for other names.
ColourTable colour_map(const std::string& name);

}  // namespace spectradiff
