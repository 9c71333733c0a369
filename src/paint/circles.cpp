#include <algorithm>
#include <cmath>

#include "colouring.h"
#include "painting.h"
#include "spectradiff/base/number.h"
#include "spectradiff/paint/painter.h"

namespace spectradiff {
namespace {

constexpr int kProfilePerPixel = 8;  // steps of radius of the concentric circles' profile

// How much of a pixel at `distance` from the middle of a stroke `thickness` wide is covered, 0..1; thinner
// strokes than a pixel are fainter, not narrower.
double cover(double distance, double thickness) {
  return std::clamp((thickness + 1) / 2 - std::abs(distance), 0.0, std::min(1.0, thickness));
}

// Distance of every pixel from the picture's middle, in steps.
std::vector<uint16_t> distances(Size size) {
  std::vector<uint16_t> steps;
  steps.reserve(static_cast<size_t>(size.width) * size.height);
  for (int y = 0; y < size.height; ++y)
    for (int x = 0; x < size.width; ++x)
      steps.push_back(static_cast<uint16_t>(std::lround(
          std::hypot(x + 0.5 - size.width / 2.0, y + 0.5 - size.height / 2.0) * kProfilePerPixel)));
  return steps;
}

class CirclesPainting final : public Painting {
 public:
  CirclesPainting(const Levels& levels, const PaintSettings& settings, Size size)
      : levels_(levels), size_(size) {
    if (settings.circles.layout == Circles::Layout::concentric) distances_ = distances(size);
  }

  void paint(const PaintSettings& now, int64_t frame, Canvas& canvas) const override {
    const std::vector<float> strengths = levels_.strengths(frame, now.colour.gamma);
    now.circles.layout == Circles::Layout::concentric ? paint_concentric(now, strengths, canvas)
                                                      : paint_scattered(now, strengths, canvas);
  }

 private:
  struct Shade {
    Rgb colour;
    int weight = 0;  // 0..256
  };

  // By distance from the middle.
  std::vector<Shade> profile(const PaintSettings& now, const std::vector<float>& strengths, double unit,
                             size_t steps) const {
    const Circles& circles = now.circles;
    const Colours colours(now.colour);
    const int bins = levels_.bins();
    const double inner = circles.inner_radius * unit, outer = circles.outer_radius * unit;
    const double apart = std::abs(outer - inner) / std::max(bins - 1, 1);
    std::vector<Shade> shades(steps);
    std::vector<double> most(steps, 0.0);
    for (int bin = 0; bin < bins; ++bin) {
      const double strength = strengths[static_cast<size_t>(bin)];
      if (strength == 0) continue;
      const double height = height_of_bin(bin, bins);
      const double radius = inner + (outer - inner) * height;
      const double thickness = std::max(circles.thickness * apart * strength, 0.5);
      const double reach = (thickness + 1) / 2;
      const auto begin = static_cast<int64_t>(std::floor((radius - reach) * kProfilePerPixel)),
                 end = static_cast<int64_t>(std::ceil((radius + reach) * kProfilePerPixel));
      for (int64_t step = std::max<int64_t>(begin, 0);
           step <= std::min<int64_t>(end, static_cast<int64_t>(steps) - 1); ++step) {
        // Where circles meet, the stronger one shows.
        const double share =
            strength * cover(static_cast<double>(step) / kProfilePerPixel - radius, thickness);
        if (share <= most[static_cast<size_t>(step)]) continue;
        most[static_cast<size_t>(step)] = share;
        shades[static_cast<size_t>(step)] = {colours.of(height, strength), weight_of(share)};
      }
    }
    return shades;
  }

  void paint_concentric(const PaintSettings& now, const std::vector<float>& strengths, Canvas& canvas) const {
    const bool same = canvas.size() == size_;
    const std::vector<uint16_t> other = same ? std::vector<uint16_t>() : distances(canvas.size());
    const std::vector<uint16_t>& steps = same ? distances_ : other;
    const double unit = std::min(canvas.width(), canvas.height()) / 2.0;
    const std::vector<Shade> shades =
        profile(now, strengths, unit, steps.front() + size_t{1 + kProfilePerPixel});
    uint8_t* pixel = canvas.bytes().data();
    for (const uint16_t step : steps) {
      const Shade& shade = shades[step];
      if (shade.weight > 0) lay(pixel, shade.colour, shade.weight);
      pixel += 3;
    }
  }

  void paint_scattered(const PaintSettings& now, const std::vector<float>& strengths, Canvas& canvas) const {
    const Circles& circles = now.circles;
    const Colours colours(now.colour);
    const int bins = levels_.bins();
    const double unit = std::min(canvas.width(), canvas.height()) / 2.0;
    for (int bin = 0; bin < bins; ++bin) {
      const double strength = strengths[static_cast<size_t>(bin)];
      if (strength == 0) continue;
      const double height = height_of_bin(bin, bins);
      const double radius =
          unit * (circles.outer_radius / 3 + (circles.inner_radius - circles.outer_radius / 3) * height);
      const uint64_t hash = splitmix64(static_cast<uint64_t>(bin));
      const double x = static_cast<double>(hash >> 32) / 4294967296.0 * canvas.width(),
                   y = static_cast<double>(hash & 0xFFFFFFFF) / 4294967296.0 * canvas.height();
      ring(x, y, radius, std::max(circles.thickness * radius / 8 * strength, 0.5),
           colours.of(height, strength), strength, canvas);
    }
  }

  static void ring(double x, double y, double radius, double thickness, Rgb colour, double opacity,
                   Canvas& canvas) {
    const double reach = radius + (thickness + 1) / 2;
    const int top = std::max(static_cast<int>(std::floor(y - reach)), 0),
              bottom = std::min(static_cast<int>(std::ceil(y + reach)), canvas.height()),
              left = std::max(static_cast<int>(std::floor(x - reach)), 0),
              right = std::min(static_cast<int>(std::ceil(x + reach)), canvas.width());
    for (int row = top; row < bottom; ++row)
      for (int column = left; column < right; ++column) {
        const double dx = column + 0.5 - x, dy = row + 0.5 - y;
        const double distance = std::sqrt(dx * dx + dy * dy) - radius;
        const int weight = weight_of(opacity * cover(distance, thickness));
        if (weight > 0) lay(canvas.row(row) + static_cast<ptrdiff_t>(column) * 3, colour, weight);
      }
  }

  const Levels& levels_;
  const Size size_;
  std::vector<uint16_t> distances_;  // [height][width]; empty: not concentric
};

}  // namespace

std::unique_ptr<Painting> make_circles(const Levels& levels, const PaintSettings& settings, Size size) {
  return std::make_unique<CirclesPainting>(levels, settings, size);
}

}  // namespace spectradiff
