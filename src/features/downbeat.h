// Which beat begins a bar.
#pragma once

#include <vector>

#include "mel.h"

namespace spectradiff {

// 0..beats_per_bar - 1, an index in `beats_s`: harmony tends to change with the bar, so that what sounds in
// the half bar from a first beat on differs most from the half bar before, on average over the song. 0 where
// there are fewer than two bars or nothing tells beats apart.
int find_downbeat(const std::vector<double>& beats_s, int beats_per_bar, const MelFrames& mel,
                  double hops_per_second);

}  // namespace spectradiff
