// Where a song rises, and where it breaks loose.
#pragma once

#include <vector>

#include "bars.h"
#include "spectradiff/features/section.h"

namespace spectradiff {

struct Rises {
  std::vector<double> drops_s;
  std::vector<Build> builds;
};

// A drop: a section's begin from which two bars are much louder than the two before, in the bass too. A
// build: the last four to sixteen bars before a section's begin, in which what is above the bass grows louder
// or denser all the while.
// `sections` begin with bars.
Rises find_rises(const std::vector<Bar>& bars, const std::vector<Section>& sections);

}  // namespace spectradiff
