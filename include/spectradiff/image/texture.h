// The finest detail of a picture, which being moved again and again takes away. Integer arithmetic: the same
// bytes on every machine.
#pragma once

#include <cstdint>

#include "spectradiff/image/canvas.h"

namespace spectradiff {

// Adds `amount` (0..2) times what a Gaussian blur of deviation 1 over 5x5 pixels takes away; borders are
// reflected (… 2 1 | 0 1 2 …). 0 gives back the same bytes.
void sharpen(Canvas& picture, double amount);

// Adds noise of this standard deviation (0..1, a share of full brightness), one value per pixel and channel,
// which the seed alone decides. What was there is flattened by as much as noise adds, about the channels'
// means: neither brightness nor contrast changes. 0 gives back the same bytes.
void add_noise(Canvas& picture, double amount, uint64_t seed);

}  // namespace spectradiff
