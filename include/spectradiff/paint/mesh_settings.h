// How a mesh pulls what was painted.
#pragma once

namespace spectradiff {

// After MilkDrop's: what is painted goes on, pulled over a mesh (image/mesh.h), under the paintings to come.
// Everything is per second.
struct Mesh {
  double zoom = 1;          // 0.05..20
  double bend = 1;          // 0.1..10
  double turn_degrees = 0;  // -720..720, clockwise
  double warp = 0;          // 0..100
  double warp_scale = 1;    // 0.01..100
  double warp_speed = 1;    // 0..100, seconds of waves per second
  double move_x = 0;        // -4..4, widths to the right
  double move_y = 0;        // -4..4, heights down
  double stretch_x = 1;     // 0.05..20
  double stretch_y = 1;
  double centre_x = 0.5;  // -1..2
  double centre_y = 0.5;
  double decay = 0.5;  // 0..0.99, what is left of a painting after a second
  friend bool operator==(const Mesh&, const Mesh&) = default;
};

}  // namespace spectradiff
