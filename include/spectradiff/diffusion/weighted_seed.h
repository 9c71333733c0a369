// What a frame's noise is made of: that of several seeds at once, as strong as that of one.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "spectradiff/diffusion/picture_region.h"

namespace spectradiff {

// One seed's share of every draw of a frame. Independent normal noises of weights w have the variance Σw²,
// which must be 1: less is blurred by the network, more is grain that stays.
struct WeightedSeed {
  uint64_t seed = 0;
  double weight = 1;
  friend bool operator==(const WeightedSeed&, const WeightedSeed&) = default;
};

// Error{usage} for no seed, one that comes twice, a weight that is not finite, and Σ weight² further than
// 1e-6 from 1.
void check_noise(std::span<const WeightedSeed> noise);

// In a region every seed's noise is turned towards another one that belongs to it alone: cos of the one and
// sin of the other, which is as strong everywhere.
struct NoiseTurn {
  PictureRegion region = PictureRegion::bottom;
  double angle = 0;  // radians
  friend bool operator==(const NoiseTurn&, const NoiseTurn&) = default;
};

// By how much each latent is turned, [height][width]: where regions lie over one another, by all of them.
std::vector<float> turn_field(std::span<const NoiseTurn> turns, int height, int width);

// Whose noise it is turned towards.
uint64_t turned_seed(uint64_t seed);

inline constexpr double kMaxSeedTravel = 1e6;

// The noise that has gone `travel` (0..kMaxSeedTravel) from this seed's to those of the next seeds, one after
// the other. Between two it lies on the arc: cos(πx/2) of the one and sin(πx/2) of the other. Error{usage}.
std::vector<WeightedSeed> travelling_noise(uint64_t seed, double travel);

}  // namespace spectradiff
