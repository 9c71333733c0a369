// --draft: a quick look at a job, with the final's timing.
#pragma once

#include <vector>

#include "spectradiff/config/settings.h"

namespace spectradiff {

// Puts what the final's settings become in a draft, smaller and coarser, below the layer that asks for one:
// what is said there or above wins. Sides are multiples of `side_step`. Nothing where no layer asks.
void insert_draft(std::vector<Layer>& layers, const RenderJob& final_job, int side_step);

}  // namespace spectradiff
