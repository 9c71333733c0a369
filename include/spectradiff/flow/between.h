// Pictures between two others, along the way that things move.
#pragma once

#include <vector>

#include "spectradiff/image/canvas.h"

namespace spectradiff {

// What a camera is known to do on the way from one picture to another: a place p from the picture's middle
// goes to zoom e^(i turn) p + (x, y), at a steady speed.
struct KnownWay {
  double zoom = 1;          // above 0
  double turn_degrees = 0;  // clockwise, any number of turns
  double x = 0, y = 0;      // pixels
  friend bool operator==(const KnownWay&, const KnownWay&) = default;
};

// The parts - 1 pictures evenly spaced between two of one size. The known way is gone exactly, and only what
// moves beside it is looked for; both pictures are displaced from where they are, and where one hides what
// the other shows the other is seen, with soft borders. Errors as optical_flow().
std::vector<Canvas> flow_between(const Canvas& from, const Canvas& to, int parts, const KnownWay& way = {});

}  // namespace spectradiff
