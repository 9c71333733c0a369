// From magnitudes to levels: one reference for the whole song.
#pragma once

#include "spectradiff/features/features.h"

namespace spectradiff {

// Fills levels and reference from magnitudes. `full_scale` is the magnitude of a sine of amplitude 1. Reads
// `source` again for loudness.
void set_levels(Features& features, double full_scale, AudioSource& source);

}  // namespace spectradiff
