// Which picture is which: what a frame is known by.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "spectradiff/render/plan.h"

namespace spectradiff {

// What a frame's pixels depend on, as 64 hexadecimal digits: equal keys, equal pictures, on any machine and
// in any run. Of the row everything but what says where it stands; of the constants only what pixels come
// from: never the encoder, and of a painting neither model nor machine. Where the init is another frame's
// picture, that frame's key is in it.
using FrameKey = std::string;
std::vector<FrameKey> frame_keys(const Plan& plan);  // [rows]

// The same of what is seen in each shown frame: of its row or of those that it lies between, of the size that
// it is brought to and, where flashes are limited, of all frames before it.
std::vector<FrameKey> shown_keys(const Plan& plan);  // [shown]

// Whether a file of Constants::files only makes rows, which hold what came of it: their content decides.
bool only_makes_rows(std::string_view file);

}  // namespace spectradiff
