#include "spectradiff/diffusion/weighted_seed.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <set>

#include "spectradiff/base/error.h"
#include "spectradiff/base/number.h"

namespace spectradiff {

void check_noise(std::span<const WeightedSeed> noise) {
  constexpr double kTolerance = 1e-6;
  double variance = 0;
  std::set<uint64_t> seeds;
  for (const auto& [seed, weight] : noise) {
    if (!std::isfinite(weight))
      throw_error(ErrorKind::usage, "the weight {} of the seed {} is not a number", weight, seed);
    if (!seeds.insert(seed).second)
      throw_error(ErrorKind::usage, "the seed {} comes twice in a frame's noise; name it once", seed);
    variance += weight * weight;
  }
  if (!(std::abs(variance - 1) <= kTolerance)) {
    throw_error(ErrorKind::usage,
                "the squares of the weights of a frame's seeds sum to {}; they must sum to 1", variance);
  }
}

std::vector<float> turn_field(std::span<const NoiseTurn> turns, int height, int width) {
  std::vector<float> field;
  field.reserve(static_cast<size_t>(height) * static_cast<size_t>(width));
  for (int row = 0; row < height; ++row) {
    for (int column = 0; column < width; ++column) {
      double angle = 0;
      for (const NoiseTurn& turn : turns)
        angle += turn.angle * region_mask(turn.region, (column + 0.5) / width, (row + 0.5) / height);
      field.push_back(static_cast<float>(angle));
    }
  }
  return field;
}

uint64_t turned_seed(uint64_t seed) {
  constexpr uint64_t kOthers = 0x7475726e65640000;
  return splitmix64(seed ^ kOthers) & 0xFFFFFFFF;  // as many bits as torch keeps of a seed
}

std::vector<WeightedSeed> travelling_noise(uint64_t seed, double travel) {
  if (!(travel >= 0 && travel <= kMaxSeedTravel))
    throw_error(ErrorKind::usage, "seed travel = {} is outside 0 to {}", travel, kMaxSeedTravel);
  const double whole = std::floor(travel);
  const double angle = (travel - whole) * std::numbers::pi / 2;
  const uint64_t from = seed + static_cast<uint64_t>(whole);
  if (angle == 0) return {{from, 1}};
  return {{from, std::cos(angle)}, {from + 1, std::sin(angle)}};
}

}  // namespace spectradiff
