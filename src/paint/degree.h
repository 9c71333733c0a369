// Angles as people say them.
#pragma once

#include <numbers>

namespace spectradiff {

inline constexpr double kDegree = std::numbers::pi / 180;  // in radians

}  // namespace spectradiff
