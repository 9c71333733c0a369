#include "spectradiff/diffusion/world_noise.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <complex>
#include <numbers>

#include "spectradiff/base/number.h"

namespace spectradiff {
namespace {

constexpr int kLevel = 3;    // cells of the octave's latent pixel: 2^kLevel a side
constexpr int kParents = 8;  // levels above, of which the first counts for 4^-kParents of the variance
constexpr int kCountedBits = 58;

int64_t counted(int64_t place) {
  return place & ((int64_t{1} << kCountedBits) - 1);
}

// About normal, of mean 0 and deviation 1: four uniform numbers from 64 bits.
double normal_at(uint64_t seed, int64_t x, int64_t y) {
  const uint64_t place =
      (static_cast<uint64_t>(x) & 0xFFFFFFFF) << 32 | (static_cast<uint64_t>(y) & 0xFFFFFFFF);
  const uint64_t bits = splitmix64(seed ^ splitmix64(place));
  int64_t sum = -2 * 65535;
  for (int part = 0; part < 64; part += 16) sum += static_cast<int64_t>((bits >> part) & 0xFFFF);
  return static_cast<double>(sum) * (std::numbers::sqrt3 / 65536);
}

// Cells of one level: `width` times `height` from (x, y) on.
struct Cells {
  int64_t x = 0, y = 0;
  int width = 0, height = 0;
  std::vector<float> values;

  Cells above() const {
    Cells cells{x >> 1, y >> 1, 0, 0, {}};
    cells.width = static_cast<int>(((x + width - 1) >> 1) - cells.x) + 1;
    cells.height = static_cast<int>(((y + height - 1) >> 1) - cells.y) + 1;
    return cells;
  }
};

void fill(Cells& cells, uint64_t channel_seed, int64_t level, int parents) {
  cells.values.resize(static_cast<size_t>(cells.width) * static_cast<size_t>(cells.height));
  const uint64_t seed = splitmix64(channel_seed + static_cast<uint64_t>(level));
  const auto at = [&](int64_t x, int64_t y) -> float& {
    return cells.values[static_cast<size_t>((y - cells.y) * cells.width + (x - cells.x))];
  };
  if (parents == 0) {
    for (int64_t y = cells.y; y < cells.y + cells.height; ++y) {
      for (int64_t x = cells.x; x < cells.x + cells.width; ++x)
        at(x, y) = static_cast<float>(normal_at(seed, x, y));
    }
    return;
  }
  Cells above = cells.above();
  fill(above, channel_seed, level - 1, parents - 1);
  size_t parent = 0;
  for (int64_t up = above.y; up < above.y + above.height; ++up) {
    for (int64_t left = above.x; left < above.x + above.width; ++left, ++parent) {
      std::array<double, 4> own{};
      for (size_t i = 0; i < own.size(); ++i)
        own[i] =
            normal_at(seed, 2 * left + static_cast<int64_t>(i % 2), 2 * up + static_cast<int64_t>(i / 2));
      const double mean = (own[0] + own[1] + own[2] + own[3]) / 4;
      for (size_t i = 0; i < own.size(); ++i) {
        const int64_t x = 2 * left + static_cast<int64_t>(i % 2), y = 2 * up + static_cast<int64_t>(i / 2);
        const bool is_asked =
            x >= cells.x && x < cells.x + cells.width && y >= cells.y && y < cells.y + cells.height;
        if (is_asked) at(x, y) = static_cast<float>(above.values[parent] / 2 + own[i] - mean);
      }
    }
  }
}

std::complex<double> turned(double degrees) {
  return std::polar(1.0, degrees * std::numbers::pi / 180);
}

}  // namespace

NoiseView moved_on(const NoiseView& view, double zoom, double turn_degrees, double move_x, double move_y) {
  const std::complex<double> back =
      std::complex<double>(move_x, move_y) / (view.zoom * zoom * turned(view.turn_degrees + turn_degrees));
  NoiseView next = view;
  next.zoom = view.zoom * zoom;
  next.turn_degrees = std::fmod(view.turn_degrees + turn_degrees, 360);
  next.x = counted(view.x - std::llround(std::ldexp(back.real(), kNoisePlaceBits)));
  next.y = counted(view.y - std::llround(std::ldexp(back.imag(), kNoisePlaceBits)));
  for (; next.zoom >= 2; next.zoom /= 2, ++next.octave) {
    next.x = counted(next.x * 2);
    next.y = counted(next.y * 2);
  }
  for (; next.zoom < 1; next.zoom *= 2, --next.octave) {
    next.x >>= 1;
    next.y >>= 1;
  }
  return next;
}

std::vector<float> world_noise(uint64_t seed, const NoiseView& view, int channels, int height, int width) {
  constexpr int kCells = 1 << kLevel, kCellBits = kNoisePlaceBits - kLevel;
  // The middle: its cell, and how far into that, in cells.
  const int64_t middle_x = counted(view.x) >> kCellBits, middle_y = counted(view.y) >> kCellBits;
  const auto rest = [](int64_t place) {
    return std::ldexp(static_cast<double>(place & ((int64_t{1} << kCellBits) - 1)), -kCellBits);
  };
  const double rest_x = rest(view.x), rest_y = rest(view.y);
  const std::complex<double> stretch = view.zoom * turned(view.turn_degrees) / static_cast<double>(kCells);
  const int reach = static_cast<int>(std::ceil(std::hypot(width, height) / 2 * kCells / view.zoom)) + 1;

  // Which latent pixel each cell belongs to; -1: none.
  const int side = 2 * reach + 1;
  std::vector<int> owner(static_cast<size_t>(side) * static_cast<size_t>(side), -1);
  std::vector<int> count(static_cast<size_t>(width) * static_cast<size_t>(height), 0);
  int low_x = side, high_x = -1, low_y = side, high_y = -1;
  for (int row = 0; row < side; ++row) {
    for (int column = 0; column < side; ++column) {
      const auto place =
          stretch * std::complex<double>(column - reach + 0.5 - rest_x, row - reach + 0.5 - rest_y);
      const double x = std::floor(place.real() + width / 2.0), y = std::floor(place.imag() + height / 2.0);
      if (x < 0 || y < 0 || x >= width || y >= height) continue;
      const int pixel = static_cast<int>(y) * width + static_cast<int>(x);
      owner[static_cast<size_t>(row * side + column)] = pixel;
      ++count[static_cast<size_t>(pixel)];
      low_x = std::min(low_x, column);
      high_x = std::max(high_x, column);
      low_y = std::min(low_y, row);
      high_y = std::max(high_y, row);
    }
  }
  std::vector<float> noise;
  noise.reserve(static_cast<size_t>(channels) * count.size());
  for (int channel = 0; channel < channels; ++channel) {
    Cells cells{
        middle_x + low_x - reach, middle_y + low_y - reach, high_x - low_x + 1, high_y - low_y + 1, {}};
    fill(cells, splitmix64(seed ^ splitmix64(static_cast<uint64_t>(channel))), view.octave + kLevel,
         kParents);
    std::vector<double> sums(count.size(), 0);
    for (int row = 0; row < cells.height; ++row) {
      for (int column = 0; column < cells.width; ++column) {
        const int pixel = owner[static_cast<size_t>((row + low_y) * side + column + low_x)];
        if (pixel >= 0)
          sums[static_cast<size_t>(pixel)] += cells.values[static_cast<size_t>(row * cells.width + column)];
      }
    }
    for (size_t i = 0; i < sums.size(); ++i)
      noise.push_back(static_cast<float>(sums[i] / std::sqrt(static_cast<double>(count[i]))));
  }
  return noise;
}

}  // namespace spectradiff
