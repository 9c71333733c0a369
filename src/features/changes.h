// Where what is heard changes, whatever the beats: for songs too short to repeat anything.
#pragma once

#include <vector>

#include "metre.h"

namespace spectradiff {

// Chroma and MFCC are pooled over half seconds, and each place is judged by how far the mean of what follows
// lies from the mean of what came before, over a sixteenth of the song (4 to 12 s) to either side, in terms
// of how much both vary in themselves. Peaks of this novelty, in seconds, ascending.
std::vector<double> find_changes(const SongHops& song, double duration_s);

}  // namespace spectradiff
