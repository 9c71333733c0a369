// Numbers to choose settings by.
#pragma once

#include <cstdint>

#include "spectradiff/base/json.h"
#include "spectradiff/image/canvas.h"

namespace spectradiff {

struct StageSeconds {
  double analyze = 0, load = 0, paint = 0, diffuse = 0, encode = 0,
         total = 0;  // busy seconds; paint is summed over its threads
};

// Fed with every finished frame in order.
class PictureStatistics {
 public:
  void add(const Canvas& picture);

  double flicker()
      const;             // mean over successive frames of the mean absolute difference of 8-bit values, 0..1
  double level() const;  // mean 8-bit value, 0..1

 private:
  Canvas previous_;
  int64_t frames_ = 0;
  double change_sum_ = 0;
  double level_sum_ = 0;
};

// {"flicker", "level", "seconds": {stage: s}}
Json statistics_to_json(const PictureStatistics& pictures, const StageSeconds& seconds);

}  // namespace spectradiff
