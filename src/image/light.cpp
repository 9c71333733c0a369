#include "spectradiff/image/light.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace spectradiff {
namespace {

constexpr int kCells = LightGrid::kCells;

std::array<uint16_t, 256> make_linear() {
  std::array<uint16_t, 256> table{};
  for (size_t i = 0; i < table.size(); ++i) {
    table[i] = static_cast<uint16_t>(std::lround(srgb_light(static_cast<double>(i) / 255) * LightGrid::kOne));
  }
  return table;
}

// Cell edges of an axis; a cell of a picture with fewer pixels than cells holds the one it lies in.
struct Axis {
  std::array<int, kCells> begin, end;

  explicit Axis(int pixels) {
    for (int i = 0; i < kCells; ++i) {
      const auto cell = static_cast<size_t>(i);
      begin[cell] = static_cast<int>(int64_t{i} * pixels / kCells);
      end[cell] = std::max(begin[cell] + 1, static_cast<int>(int64_t{i + 1} * pixels / kCells));
    }
  }
};

using RowSums = std::array<std::array<uint64_t, 3>, kCells>;

void add_row(const uint8_t* row, const Axis& columns, RowSums& sums) {
  static const std::array<uint16_t, 256> linear = make_linear();
  for (size_t cell = 0; cell < kCells; ++cell) {
    uint32_t red = 0;
    uint32_t green = 0;
    uint32_t blue = 0;
    const uint8_t* const end = row + ptrdiff_t{3} * columns.end[cell];
    for (const uint8_t* pixel = row + ptrdiff_t{3} * columns.begin[cell]; pixel < end; pixel += 3) {
      red += linear[pixel[0]];
      green += linear[pixel[1]];
      blue += linear[pixel[2]];
    }
    sums[cell][0] += red;
    sums[cell][1] += green;
    sums[cell][2] += blue;
  }
}

double lab_root(double t) {
  constexpr double kDelta = 6.0 / 29;
  return t > kDelta * kDelta * kDelta ? std::cbrt(t) : t / (3 * kDelta * kDelta) + 4.0 / 29;
}

}  // namespace

double srgb_light(double value) {
  return value <= 0.04045 ? value / 12.92 : std::pow((value + 0.055) / 1.055, 2.4);
}

void measure_light(const Canvas& picture, LightGrid& grid) {
  const Axis columns(picture.width());
  const Axis rows(picture.height());
  for (size_t y = 0; y < kCells; ++y) {
    RowSums sums{};
    for (int row = rows.begin[y]; row < rows.end[y]; ++row) add_row(picture.row(row), columns, sums);
    for (size_t x = 0; x < kCells; ++x) {
      const auto pixels = static_cast<uint64_t>(rows.end[y] - rows.begin[y]) *
                          static_cast<uint64_t>(columns.end[x] - columns.begin[x]);
      const auto mean = [&](uint64_t sum) { return static_cast<uint16_t>((sum + pixels / 2) / pixels); };
      const size_t cell = y * kCells + x;
      grid.red[cell] = mean(sums[x][0]);
      grid.green[cell] = mean(sums[x][1]);
      grid.blue[cell] = mean(sums[x][2]);
    }
  }
}

Lab cielab(double red, double green, double blue) {
  const double x = (0.4124564 * red + 0.3575761 * green + 0.1804375 * blue) / 0.95047;
  const double y = 0.2126729 * red + 0.7151522 * green + 0.0721750 * blue;
  const double z = (0.0193339 * red + 0.1191920 * green + 0.9503041 * blue) / 1.08883;
  return {116 * lab_root(y) - 16, 500 * (lab_root(x) - lab_root(y)), 200 * (lab_root(y) - lab_root(z))};
}

Lab cell_cielab(const LightGrid& grid, size_t cell) {
  const auto part = [](uint16_t light) { return static_cast<double>(light) / LightGrid::kOne; };
  return cielab(part(grid.red[cell]), part(grid.green[cell]), part(grid.blue[cell]));
}

double delta_e(const Lab& one, const Lab& other) {
  return std::hypot(one.l - other.l, one.a - other.a, one.b - other.b);
}

}  // namespace spectradiff
