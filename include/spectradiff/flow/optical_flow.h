// Where what one picture shows is in another.
#pragma once

#include <string>
#include <vector>

#include "spectradiff/image/canvas.h"

namespace spectradiff {

// What is at (x, y) of one picture is at (x + flow.x, y + flow.y) of the other.
struct Flow {
  Size size;
  std::vector<float> x, y;  // [height][width], pixels
};

// Why no flow can be found here, in words; empty: it can. OpenCV is loaded when it is first needed.
std::string flow_problem();

// By dense inverse search (DIS, its medium preset), between pictures of one size; in pictures with a side
// below 32 pixels nothing is found to move. Error{usage} where flow_problem() says something. On one computer
// the same numbers always; other processors may round differently.
Flow optical_flow(const Canvas& from, const Canvas& to);

// [height][width], 0..1: 1 where `backward` leads back to where `forward` came from, to 0.5 pixels and a
// tenth of both ways (Ruder and others, 2016, with squares), 0 where not and where it leads out of the
// picture.
std::vector<float> reliability(const Flow& forward, const Flow& backward);

// A colour at a place between pixels; places outside show the nearest pixel.
struct FloatColour {
  float r = 0, g = 0, b = 0;
};
FloatColour colour_at(const Canvas& picture, float x, float y);

}  // namespace spectradiff
