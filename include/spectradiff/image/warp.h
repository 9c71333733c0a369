// A picture seen by a camera that has moved a little.
#pragma once

#include "spectradiff/image/canvas.h"

namespace spectradiff {

// What a camera does from one frame to the next, about the picture's centre.
struct CameraStep {
  double zoom = 1;          // 0.01..100; above 1 comes nearer
  double turn_degrees = 0;  // the picture turns clockwise
  double pan_x = 0;         // the picture moves right, in widths, -1..1
  double pan_y = 0;         // the picture moves down, in heights, -1..1
  friend bool operator==(const CameraStep&, const CameraStep&) = default;
};

// The picture after the step, of the same size: each pixel between the four around the place it was at, which
// weigh in steps of 1/256; beyond the border the picture is reflected. Fixed-point arithmetic: the same bytes
// on every machine. A step that moves nothing gives back the same bytes.
Canvas moved_by_camera(const Canvas& picture, const CameraStep& step);

}  // namespace spectradiff
