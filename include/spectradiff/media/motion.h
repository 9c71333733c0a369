// Pictures between two others, by motion.
#pragma once

#include <string>
#include <vector>

#include "spectradiff/image/canvas.h"

namespace spectradiff {

// parts - 1 pictures evenly spaced on the way from one picture to another of the same size, at least 16x16:
// what both show in different places moves from the one to the other, by libavfilter's minterpolate. They
// depend on the two pictures and on `parts` alone. Error{usage} where libavfilter cannot be had.
std::vector<Canvas> move_between(const Canvas& from, const Canvas& to, int parts);

// "8.44.100", of the libavfilter that move_between uses, loaded by this. Error{usage}.
std::string motion_library_version();

}  // namespace spectradiff
