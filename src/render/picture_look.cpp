#include "spectradiff/render/picture_look.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace spectradiff {
namespace {

constexpr int kCells = LightGrid::kCells;
constexpr int kBlockCells = kCells / PictureLook::kBlocks;
static_assert(kBlockCells * PictureLook::kBlocks == kCells);

using Histogram = std::array<double, PictureLook::kHistogram>;

size_t bin_of(double value, double low, double high) {
  const double place = (value - low) / (high - low) * PictureLook::kPart;
  return static_cast<size_t>(std::clamp(place, 0.0, PictureLook::kPart - 1.0));
}

void add_colours(const std::vector<Lab>& cells, Histogram& histogram) {
  constexpr double kMostChroma = 80;
  for (const Lab& cell : cells) {
    ++histogram[bin_of(cell.l, 0, 100)];
    ++histogram[PictureLook::kPart + bin_of(cell.a, -kMostChroma, kMostChroma)];
    ++histogram[2 * PictureLook::kPart + bin_of(cell.b, -kMostChroma, kMostChroma)];
  }
}

void add_gradients(const std::vector<Lab>& cells, Histogram& histogram) {
  constexpr double kLeast = 0.5;  // in L* over two cells: less is rounding
  const auto l = [&](int x, int y) {
    return cells[static_cast<size_t>(y) * kCells + static_cast<size_t>(x)].l;
  };
  for (int y = 1; y + 1 < kCells; ++y) {
    for (int x = 1; x + 1 < kCells; ++x) {
      const double across = l(x + 1, y) - l(x - 1, y);
      const double down = l(x, y + 1) - l(x, y - 1);
      const double size = std::hypot(across, down);
      if (size < kLeast) continue;
      double direction = std::atan2(down, across);
      if (direction < 0) direction += std::numbers::pi;
      // 180 degrees are 0.
      const size_t bin = direction >= std::numbers::pi ? 0 : bin_of(direction, 0, std::numbers::pi);
      histogram[3 * PictureLook::kPart + bin] += size;
    }
  }
}

void put_histogram(const std::vector<Lab>& cells, PictureLook& look) {
  Histogram histogram{};
  add_colours(cells, histogram);
  add_gradients(cells, histogram);
  for (size_t begin = 0; begin < histogram.size(); begin += PictureLook::kPart) {
    double sum = 0;
    for (size_t i = begin; i < begin + PictureLook::kPart; ++i) sum += histogram[i];
    for (size_t i = begin; sum > 0 && i < begin + PictureLook::kPart; ++i)
      look.histogram[i] = static_cast<uint16_t>(std::lround(histogram[i] / sum * LightGrid::kOne));
  }
}

void put_lightness(const LightGrid& light, PictureLook& look) {
  for (int block = 0; block < PictureLook::kBlocks * PictureLook::kBlocks; ++block) {
    const int top = block / PictureLook::kBlocks * kBlockCells;
    const int left = block % PictureLook::kBlocks * kBlockCells;
    uint32_t sum = 0;
    for (int y = top; y < top + kBlockCells; ++y)
      for (int x = left; x < left + kBlockCells; ++x)
        sum += static_cast<uint32_t>(light.luminance(y * kCells + x));
    const double luminance = static_cast<double>(sum) / (kBlockCells * kBlockCells * LightGrid::kOne);
    look.lightness[static_cast<size_t>(block)] = static_cast<uint16_t>(std::lround(
        std::clamp(cielab(luminance, luminance, luminance).l, 0.0, 100.0) * LightGrid::kOne / 100));
  }
}

}  // namespace

double histogram_distance(const std::vector<double>& one, const std::vector<double>& other, double whole) {
  double sum = 0;
  for (size_t i = 0; i < one.size(); ++i) sum += std::abs(one[i] - other[i]);
  constexpr int kHistograms = PictureLook::kHistogram / PictureLook::kPart;
  return sum / (2 * kHistograms * whole);
}

LookMeter::LookMeter() : cells_(LightGrid::kCount) {}

PictureLook LookMeter::look(const LightGrid& light) {
  PictureLook look;
  for (size_t cell = 0; cell < LightGrid::kCount; ++cell) {
    const Lab lab = cell_cielab(light, cell);
    cells_[cell] = lab;
    look.mean.l += lab.l;
    look.mean.a += lab.a;
    look.mean.b += lab.b;
  }
  look.mean.l /= LightGrid::kCount;
  look.mean.a /= LightGrid::kCount;
  look.mean.b /= LightGrid::kCount;
  change_ = 0;
  for (size_t cell = 0; cell < before_.size(); ++cell) change_ += delta_e(cells_[cell], before_[cell]);
  change_ /= 100.0 * LightGrid::kCount;
  put_lightness(light, look);
  put_histogram(cells_, look);
  before_.swap(cells_);
  cells_.resize(LightGrid::kCount);
  return look;
}

}  // namespace spectradiff
