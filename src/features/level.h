// From magnitudes to levels: one reference for the whole song.
#pragma once

#include <vector>

#include "spectradiff/features/features.h"

namespace spectradiff {

// NumPy's percentile with linear interpolation; 0 <= percentile <= 100. Reorders `values`, which must not be
// empty.
double percentile_of(std::vector<float>& values, double percentile);

// Fills levels and reference from magnitudes. `full_scale` is the magnitude of a sine of amplitude 1. Reads
// `source` again for loudness.
void set_levels(Features& features, double full_scale, AudioSource& source);

}  // namespace spectradiff
