#include "dot.h"

#include <algorithm>
#include <cmath>

#include "colouring.h"

namespace spectradiff {
namespace {

constexpr int kSteps = 8;  // places between pixels along one axis

// Share of the pixel around (dx, dy) from the middle that the disc covers: 8x8 points.
int cover(double dx, double dy, double radius) {
  constexpr int kPoints = 8;
  int covered = 0;
  for (int j = 0; j < kPoints; ++j)
    for (int i = 0; i < kPoints; ++i) {
      const double x = dx + (i + 0.5) / kPoints - 0.5, y = dy + (j + 0.5) / kPoints - 0.5;
      covered += x * x + y * y < radius * radius;
    }
  return covered * 256 / (kPoints * kPoints);
}

}  // namespace

Dot::Dot(double diameter_px) : diameter_(diameter_px), side_(static_cast<int>(std::ceil(diameter_px)) + 2) {
  const double radius = diameter_ / 2;
  const int half = side_ / 2;
  covers_.reserve(static_cast<size_t>(kSteps) * kSteps * side_ * side_);
  for (int v = 0; v < kSteps; ++v)
    for (int u = 0; u < kSteps; ++u)
      for (int y = 0; y < side_; ++y)
        for (int x = 0; x < side_; ++x) {
          covers_.push_back(
              static_cast<uint16_t>(cover(x + 0.5 - half - u / static_cast<double>(kSteps),
                                          y + 0.5 - half - v / static_cast<double>(kSteps), radius)));
        }
}

void Dot::stamp(double x, double y, Rgb colour, Canvas& canvas) const {
  if (!(x > -side_ && y > -side_ && x < canvas.width() + side_ && y < canvas.height() + side_)) return;
  const int x8 = static_cast<int>(std::floor(x * kSteps + 0.5)),
            y8 = static_cast<int>(std::floor(y * kSteps + 0.5));
  const int u = x8 & (kSteps - 1), v = y8 & (kSteps - 1);
  const int left = (x8 - u) / kSteps - side_ / 2, top = (y8 - v) / kSteps - side_ / 2;
  const uint16_t* mask = covers_.data() + static_cast<size_t>(v * kSteps + u) * side_ * side_;
  const int begin = std::max(0, -left), end = std::min(side_, canvas.width() - left);
  for (int row = std::max(0, -top); row < std::min(side_, canvas.height() - top); ++row) {
    const uint16_t* covers = mask + static_cast<ptrdiff_t>(row) * side_;
    for (int column = begin; column < end; ++column) {
      if (covers[column] == 0) continue;
      lay(canvas.row(top + row) + static_cast<ptrdiff_t>(left + column) * 3, colour, covers[column]);
    }
  }
}

}  // namespace spectradiff
