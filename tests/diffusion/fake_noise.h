// The noise of the arithmetic networks.
#pragma once

#include <cmath>
#include <cstdint>
#include <numbers>
#include <span>
#include <vector>

#include "spectradiff/diffusion/networks.h"

namespace spectradiff {

// splitmix64 (Steele, Lea, Flood 2014).
inline uint64_t fake_mix(uint64_t& state) {
  uint64_t z = state += 0x9E3779B97F4A7C15;
  z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9;
  z = (z ^ z >> 27) * 0x94D049BB133111EB;
  return z ^ z >> 31;
}

inline double fake_unit(uint64_t& state) {
  return (static_cast<double>(fake_mix(state) >> 11) + 0.5) * 0x1p-53;
}

class FakeNoise : public NoiseSource {
 public:
  FakeNoise(uint64_t seed, std::span<const NoiseTurn> turns)
      : state_(seed), other_(turned_seed(seed)), turns_(turns.begin(), turns.end()) {}

  // [channels][height][width]
  void draw(std::vector<float>& values, int height, int width) {
    fill(values, state_);
    if (turns_.empty()) return;
    std::vector<float> other(values.size());
    fill(other, other_);
    const std::vector<float> field = turn_field(turns_, height, width);
    for (size_t i = 0; i < values.size(); ++i) {
      const float angle = field[i % field.size()];
      values[i] = std::cos(angle) * values[i] + std::sin(angle) * other[i];
    }
  }

 private:
  static void fill(std::vector<float>& values, uint64_t& state) {
    for (size_t i = 0; i < values.size(); i += 2) {
      const double radius = std::sqrt(-2 * std::log(fake_unit(state)));
      const double angle = 2 * std::numbers::pi * fake_unit(state);
      values[i] = static_cast<float>(radius * std::cos(angle));
      if (i + 1 < values.size()) values[i + 1] = static_cast<float>(radius * std::sin(angle));
    }
  }

  uint64_t state_, other_;
  std::vector<NoiseTurn> turns_;
};

}  // namespace spectradiff
