// Where a song's sections begin, which of them are alike, and how much goes on in each.
#pragma once

#include <vector>

#include "bars.h"
#include "spectradiff/features/pause.h"
#include "spectradiff/features/section.h"

namespace spectradiff {

// Bars are cut where playing or harmony change (segmentation.h), less than 24 of them at the nearest to what
// changes at all (changes.h); a section has the label of the earlier ones that it is nearest to in both,
// harmonies compared bar by bar where they fit best. None begins in a pause. Without bars: none. `song` is
// what `bars` and `pauses` were heard in.
std::vector<Section> find_sections(const std::vector<Bar>& bars, const std::vector<Pause>& pauses,
                                   const SongHops& song);

}  // namespace spectradiff
