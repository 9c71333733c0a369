// Keeps pictures at or below a number of flashes per second.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "spectradiff/base/rational.h"
#include "spectradiff/image/canvas.h"
#include "spectradiff/image/light.h"
#include "spectradiff/render/flashes.h"

namespace spectradiff {

// Pictures go through in the order in which they are shown. Where FlashCounter says that one more transition
// would leave no room for another flash, the fields concerned, and only these, are blended towards the
// running mean of what came in, as far as it takes; a field gets its full contrast back over two seconds.
// Where even the mean would flash once too often, the picture shown before stays in part, at worst entirely:
// a repeated picture never flashes, so the limit always holds. A picture that needs nothing comes out byte
// for byte.
//
// What comes out depends on the pictures before it: those of a selection are limited as they are shown, so a
// frame rendered alone is not calmed. Integer arithmetic: the same bytes on every machine.
class FlashLimiter {
 public:
  // At most `flashes_per_s` >= 0 by FlashCounter; all pictures have one size.
  FlashLimiter(const Rational& fps, int flashes_per_s);

  Canvas limit(Canvas picture);

 private:
  using Weights = std::array<uint16_t, LightGrid::kCount>;  // of the picture against the mean, 0..kFull
  static constexpr int kFull = 256;

  void follow_mean(const Canvas& picture);
  bool fits(const Canvas& picture);  // evaluates it; whether no field is brought beyond its room
  Canvas calmed(const Canvas& picture);
  Canvas held(const Canvas& picture);
  void lower(int transitions, Weights& weights) const;
  static Canvas blended(const Canvas& base, const Canvas& picture, const Weights& weights);

  const int flashes_per_s_;
  const int mean_shift_;  // the mean's weight of a new picture is 2^-mean_shift_
  const int recovery_;    // per frame
  FlashCounter counter_;
  FlashCounter::Step step_;
  LightGrid light_;
  Weights weights_;
  std::vector<int16_t> mean_;  // as the picture's bytes, in 1/128
  Canvas shown_;
};

}  // namespace spectradiff
