// A song's pauses, out of its mel bands.
#pragma once

#include <vector>

#include "mel.h"
#include "spectradiff/features/pause.h"

namespace spectradiff {

// Ascending, none touching the next; of a song without sound: none.
std::vector<Pause> find_pauses(const MelFrames& mel, double hops_per_second);

}  // namespace spectradiff
