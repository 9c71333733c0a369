// What begins in a song, and when.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "mel.h"

namespace spectradiff {

// How much louder a hop is than two hops before, in dB, the mean over the mel bands of four ranges of
// frequency (drums' bass, bass and roots, voices, cymbals); a band is compared with the loudest of its
// neighbourhood, so that a tone that slides does not begin again (Böck and Widmer, "Maximum filter vibrato
// suppression for onset detection", 2013).
struct Novelty {
  static constexpr size_t kRanges = 4;
  std::array<std::vector<float>, kRanges> rise_db;  // [hops], >= 0
  // [hops], the four together, each in terms of how much it varies in the six seconds around: a quiet part
  // counts nearly as much as a loud one.
  std::vector<double> strength;
};

Novelty novelty_of(const MelFrames& mel);

// What is seen to begin at a hop began about this much later.
constexpr double kNoveltyEarlyHops = -0.25;

// Smoothed by a Gaussian of this standard deviation in hops; the ends are continued.
std::vector<double> smoothed(const std::vector<double>& values, double deviation);

}  // namespace spectradiff
