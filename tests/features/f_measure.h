// How well found moments agree with true ones.
#pragma once

#include <cmath>
#include <vector>

namespace spectradiff {

// Twice the pairs that lie within `tolerance_s`, over all of both; each counts once. Both ascending.
inline double f_measure(const std::vector<double>& found, const std::vector<double>& truth,
                        double tolerance_s) {
  size_t pairs = 0;
  size_t next = 0;
  for (const double time : found) {
    while (next < truth.size() && truth[next] < time - tolerance_s) ++next;
    if (next < truth.size() && std::abs(truth[next] - time) <= tolerance_s) {
      ++pairs;
      ++next;
    }
  }
  const size_t all = found.size() + truth.size();
  return all == 0 ? 1 : 2.0 * static_cast<double>(pairs) / static_cast<double>(all);
}

}  // namespace spectradiff
