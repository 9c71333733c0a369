// The nearest of some places.
#pragma once

#include <algorithm>
#include <limits>
#include <vector>

namespace spectradiff {

// From the value to the nearest of the ascending ones; infinite, or the greatest integer, where there is
// none.
template <typename Value>
Value nearest_distance(const std::vector<Value>& ascending, Value value) {
  using Limits = std::numeric_limits<Value>;
  const auto after = std::lower_bound(ascending.begin(), ascending.end(), value);
  Value distance = Limits::has_infinity ? Limits::infinity() : Limits::max();
  if (after != ascending.end()) distance = *after - value;
  if (after != ascending.begin()) distance = std::min(distance, value - *(after - 1));
  return distance;
}

}  // namespace spectradiff
