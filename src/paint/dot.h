// Anti-aliased discs of one diameter, at any place between pixels.
#pragma once

#include <vector>

#include "spectradiff/image/canvas.h"

namespace spectradiff {

class Dot {
 public:
  explicit Dot(double diameter_px);

  double diameter() const { return diameter_; }
  // Middle at (x, y) in pixels, to an eighth; what lies outside the picture is left out.
  void stamp(double x, double y, Rgb colour, Canvas& canvas) const;

 private:
  double diameter_;
  int side_;                      // of a mask, pixels
  std::vector<uint16_t> covers_;  // [8][8][side][side], 0..256, by eighths of y and x
};

}  // namespace spectradiff
