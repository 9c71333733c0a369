// A picture pulled over a mesh, as MilkDrop does it: zoomed, turned, stretched and stirred.
#pragma once

#include "spectradiff/image/canvas.h"

namespace spectradiff {

// From one frame to the next. After MilkDrop's per-vertex warp (projectM,
// PresetWarpVertexShaderGlsl330.vert).
struct MeshStep {
  double zoom = 1;  // above 0; above 1 nearer
  double bend = 1;  // above 0; how zoom changes outwards: it is zoom^(bend^(2 r - 1)) at r half widths
  double turn_degrees = 0;  // clockwise, about the centre
  double warp = 0;          // how far waves stir: 1 by 0.35 % of the width and height
  double warp_scale = 1;    // above 0; the waves' length
  double warp_time = 0;     // seconds at which the waves are seen
  double move_x = 0;        // widths to the right
  double move_y = 0;        // heights down
  double stretch_x = 1;     // above 0; about the centre
  double stretch_y = 1;
  double centre_x = 0.5;  // widths from the left
  double centre_y = 0.5;  // heights from the top
  friend bool operator==(const MeshStep&, const MeshStep&) = default;
};

// Of the same size, beyond its border reflected. The mesh has a vertex every 16 pixels, and what lies between
// is found by fixed-point arithmetic: the same bytes on every machine.
Canvas moved_by_mesh(const Canvas& picture, const MeshStep& step);

// What is left of `trail`, so much nearer to the ground, shows where it differs more from the ground than the
// painting does, each channel by itself. decay: 0..1; below 1 every trail comes to an end.
void lay_trail(Canvas& painting, const Canvas& trail, double decay, Rgb ground);

}  // namespace spectradiff
