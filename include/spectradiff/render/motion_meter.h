// How far pictures move, and what of their change that explains.
#pragma once

#include <optional>
#include <vector>

#include "spectradiff/image/canvas.h"

namespace spectradiff {

struct Motion {
  double flow = 0;        // the median over the pictures of the mean way from one to the next, in widths
  double warp_error = 0;  // the mean over the pictures of what differs once the way is gone, 0..1
  double unwarped = 0;    // the same without going it
};

// Of pictures scaled to 256 pixels at most, by optical flow between neighbours, where it leads there and back
// again (after the warp error of video models: M6 of StreamV2V's tools, there with a network's flow).
class MotionMeter {
 public:
  void add(const Canvas& picture, bool after_neighbour);
  std::optional<Motion> motion() const;  // nothing without neighbours whose flow is known anywhere

 private:
  Canvas before_;
  std::vector<double> flows_;  // one per pair
  double warped_ = 0, unwarped_ = 0;
  int pairs_ = 0;  // whose flow is known somewhere
};

}  // namespace spectradiff
