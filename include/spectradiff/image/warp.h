// A picture seen by a camera that has moved a little.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "spectradiff/image/canvas.h"

namespace spectradiff {

// What a camera does from one frame to the next.
struct CameraStep {
  double zoom = 1;          // 0.01..100; above 1 comes nearer
  double turn_degrees = 0;  // the picture turns clockwise
  double pan_x = 0;         // the picture moves right, in widths, -1..1
  double pan_y = 0;         // the picture moves down, in heights, -1..1
  double centre_x = 0.5;    // of zoom and turn, in widths from the left edge, -1..2
  double centre_y = 0.5;    // in heights from the upper edge, -1..2
  // Through space (image/perspective.h):
  double forward = 0;         // -5..5; what is at depth z grows by e^(forward / z) about the middle
  double yaw_degrees = 0;     // -60..60, looks to the right
  double pitch_degrees = 0;   // -60..60, looks up
  double flip_x_degrees = 0;  // -60..60 each: the picture turns as a page does
  double flip_y_degrees = 0;
  double flip_z_degrees = 0;
  double fov_degrees = 70;  // 10..150, the angle of view
  bool goes_through_space() const;
  friend bool operator==(const CameraStep&, const CameraStep&) = default;
};

// What is beyond the border: … 2 1 | 0 1 2 …, … 0 0 | 0 1 2 …, the other side.
enum class Border { reflect, replicate, wrap };

// Where the pixel at (x, y) was: (m[0] x + m[1] y + m[2], m[3] x + m[4] y + m[5]), pixels being counted at
// their centres. The inverse of OpenCV's getRotationMatrix2D(centre, -turn, zoom) with the pan behind it.
std::array<double, 6> place_before(const CameraStep& step, Size size);

// How near the places of a picture are: [height][width], 255 at depth 1, 0 at depth 2, straight between.
// Empty: all of it is at depth 1.
using DepthMap = std::vector<uint8_t>;

// The picture after the step, of the same size: each pixel between the four around the place it was at, which
// weigh in steps of 1/256. Arithmetic that is exact everywhere: the same bytes on every machine. A step that
// moves nothing gives back the same bytes. Of what is not all at one depth each pixel moves as what is there
// now: what is near goes further, by pan and forward.
Canvas moved_by_camera(const Canvas& picture, const CameraStep& step, Border border = Border::reflect,
                       const DepthMap& nearness = {});

// Where a camera is that may go on for ever. It sees a plane that a picture covers over and over, each tile
// as the border has it, and this again within itself, half as large with every octave.
struct CameraView {
  double zoom = 1;          // 1..2: at 2 it sees what it sees at 1 an octave further
  double turn_degrees = 0;  // -360..360, clockwise
  double x = 0, y = 0;      // what is in its middle, from the middle of a tile: in tiles
  friend bool operator==(const CameraView&, const CameraView&) = default;
};

// The view after one more step over pictures of that size.
CameraView moved_on(const CameraView& view, const CameraStep& step, Size size, Border border);

// What is seen; one octave fades into the next, and contrast stays. Arithmetic as above.
Canvas seen_by_camera(const Canvas& picture, const CameraView& view, Border border);

}  // namespace spectradiff
