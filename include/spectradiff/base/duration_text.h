// How long something is, as people say it.
#pragma once

#include <string>

namespace spectradiff {

// "12.34 s", "3:03.5" from a minute on, "1:02:03" from an hour on.
std::string duration_text(double seconds);

}  // namespace spectradiff
