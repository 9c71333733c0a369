// Percentiles and the median of values.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

namespace spectradiff {

// NumPy's, with linear interpolation; 0 <= percentile <= 100. Reorders `values`, which must not be empty.
template <typename Real>
double percentile_of(std::vector<Real>& values, double percentile) {
  const double position = static_cast<double>(values.size() - 1) * (percentile / 100);
  const auto below = static_cast<size_t>(position);
  const double fraction = position - static_cast<double>(below);
  const auto nth = values.begin() + static_cast<std::ptrdiff_t>(below);
  std::nth_element(values.begin(), nth, values.end());
  const double low = *nth;
  if (fraction == 0) return low;
  const double high = *std::min_element(nth + 1, values.end());
  return fraction < 0.5 ? low + (high - low) * fraction : high - (high - low) * (1 - fraction);
}

// The middle one, of an even number the upper of two: always one of the values, which it reorders and which
// must not be empty.
template <typename Real>
Real upper_median(std::vector<Real>& values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

}  // namespace spectradiff
