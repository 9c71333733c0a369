// Sequences that go on beyond their ends.
#pragma once

#include <cstdint>

namespace spectradiff {

// d c b a | a b c d | d c b a, as often as it takes: where in [0, count) the value at any index lies.
inline int64_t mirrored(int64_t index, int64_t count) {
  const int64_t period = 2 * count;
  const int64_t place = ((index % period) + period) % period;
  return place < count ? place : period - 1 - place;
}

}  // namespace spectradiff
