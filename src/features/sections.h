// Where a song's sections begin.
#pragma once

#include <vector>

#include "chroma.h"
#include "mel.h"

namespace spectradiff {

// Chroma and MFCC are pooled over half seconds, and each place is judged by how far the mean of what follows
// lies from the mean of what came before, over a sixteenth of the song (4 to 12 s) to either side, in terms
// of how much both vary in themselves. Peaks of this novelty become boundaries. Seconds; the first section
// begins at 0; empty for silence.
std::vector<double> find_sections(const std::vector<Chroma>& chroma, double chroma_hops_per_second,
                                  const MelFrames& mel, double mel_hops_per_second, double duration_s);

}  // namespace spectradiff
