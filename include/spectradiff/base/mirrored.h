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

// d c b | a b c d | c b a: the same where the ends stay single.
inline int64_t mirrored_about_ends(int64_t index, int64_t count) {
  if (count == 1) return 0;
  const int64_t period = 2 * (count - 1);
  const int64_t place = ((index % period) + period) % period;
  return place < count ? place : period - place;
}

}  // namespace spectradiff
