// Ways from 0 to 1.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace spectradiff {

// linear; quad, cubic, quart, sine, expo, back and elastic, each with "-in", "-out" and "-in-out" behind it
// (Penner's). anticipate is back-in-out.
const std::vector<std::string>& easing_names();

// `x` 0..1; 0 at 0 and 1 at 1. Needs a name of easing_names().
double eased(std::string_view name, double x);

}  // namespace spectradiff
