#include <algorithm>
#include <cmath>

#include "spectradiff/paint/drawing.h"
#include "spectradiff/paint/painter.h"

namespace spectradiff {
namespace {

// The side of the drawing along one axis: as even or odd as the picture, so that both have the same middle.
int drawing_side(int picture_side, double radius) {
  const int half = static_cast<int>(std::ceil(radius)) + 1;
  return 2 * half >= picture_side ? picture_side : 2 * half - picture_side % 2;
}

}  // namespace

void Painter::paint_pie(const std::vector<double>& strengths, Canvas& canvas) const {
  const Pie& pie = settings_.pie;
  const double unit = std::min(canvas.width(), canvas.height()) / 2.0;
  const double step = pie.span_degrees / static_cast<double>(strengths.size());
  const auto radius_of = [&](double strength) {
    return unit * (pie.inner_radius + (pie.outer_radius - pie.inner_radius) * strength);
  };
  double largest = 0;
  for (const double strength : strengths) largest = std::max(largest, radius_of(strength));

  Drawing drawing({drawing_side(canvas.width(), largest), drawing_side(canvas.height(), largest)},
                  Drawing::Blend::add);
  const Point middle{drawing.size().width / 2.0, drawing.size().height / 2.0};
  const Rgb ground = settings_.hash.background;
  for (size_t bin = 0; bin < strengths.size(); ++bin) {
    const double strength = strengths[bin];
    if (strength == 0) continue;
    const Rgb full = styles_[bin].colour;
    const auto mix = [strength](uint8_t from, uint8_t to) { return (from + (to - from) * strength) / 255; };
    drawing.fill_slice(middle, radius_of(strength), static_cast<double>(bin) * step - 90,
                       static_cast<double>(bin + 1) * step - 90,
                       {mix(ground.r, full.r), mix(ground.g, full.g), mix(ground.b, full.b)});
  }
  drawing.lay_over(canvas);
}

}  // namespace spectradiff
