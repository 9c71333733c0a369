// What a whole song is like, in numbers small enough to choose pictures by.
#pragma once

#include "spectradiff/features/features.h"

namespace spectradiff {

struct Mood {
  // 0 calm … 1 driving: half of it onsets per second, 5 and more being all; six tenths how dense the song is,
  // which is loud throughout (4 dB from its audible frames' 25th to their 95th percentile of rms; none at 14)
  // and over the whole spectrum (a spread of 3500 Hz; none at 1500). Lessened where under a tenth of the
  // energy is percussive, for a steady tone has many faint onsets. The song's level does not count.
  double energy = 0;
  // 0 dark … 1 bright: three quarters of it the spectral centroid's mean, weighted by level, on a logarithmic
  // scale from 300 to 5000 Hz; a quarter the key, minor 0, major 1, unknown a half.
  double brightness = 0.5;
};

// What mood_of reads.
void add_mood_needs(FeatureRequest& wanted);

// Silence is calm and neither dark nor bright.
Mood mood_of(const Features& features);

}  // namespace spectradiff
