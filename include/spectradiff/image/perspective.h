// Where a camera's step through space takes the places of a picture.
#pragma once

#include <array>

#include "spectradiff/image/warp.h"

namespace spectradiff {

// Row by row: takes (x, y, 1), pixels being counted at their centres, to (w x', w y', w).
using Projection = std::array<double, 9>;

// A camera of that angle of view, across the picture's width, looks so many degrees to the right and up.
Projection look(double yaw_degrees, double pitch_degrees, double fov_degrees, Size size);

// Deforum's perspective flip, which is that of a page: turned by z clockwise, then about its upright axis
// (its left side comes nearer), then about its level one (its lower side does), seen by a camera that has the
// angle of view across its diagonal.
Projection flip(double x_degrees, double y_degrees, double z_degrees, double fov_degrees, Size size);

// The whole step of what is at that depth: 1 is where the picture is, 2 twice as far. All its parts act at
// once, in 64 small steps one after another, so that two steps of half the length lead to the same place.
Projection way(const CameraStep& step, Size size, double depth = 1);

}  // namespace spectradiff
