#include <cmath>

#include "colouring.h"
#include "degree.h"
#include "dot.h"
#include "painting.h"

namespace spectradiff {
namespace {

double dot_diameter(const PaintSettings& settings, Size size, int bins) {
  return settings.polar.mark * std::min(size.width, size.height) / bins;
}

uint8_t to_byte(double value) {
  return static_cast<uint8_t>(std::clamp(std::floor(value + 0.5), 0.0, 255.0));
}

class PolarPainting final : public Painting {
 public:
  PolarPainting(const Levels& levels, const PaintSettings& settings, Size size)
      : levels_(levels), dot_(dot_diameter(settings, size, levels.bins())) {}

  void paint(const PaintSettings& now, int64_t frame, Canvas& canvas) const override {
    const double diameter = dot_diameter(now, canvas.size(), levels_.bins());
    if (diameter == dot_.diameter()) {
      paint(dot_, now, frame, canvas);
    } else {
      paint(Dot(diameter), now, frame, canvas);
    }
  }

 private:
  void paint(const Dot& dot, const PaintSettings& now, int64_t frame, Canvas& canvas) const {
    const Polar& polar = now.polar;
    const std::vector<float> strengths = levels_.strengths(frame, now.colour.gamma);
    const Colours colours(now.colour);
    const double unit = scale_of(canvas.size());
    const double middle_x = canvas.width() / 2.0, middle_y = canvas.height() / 2.0;
    for (int bin = 0; bin < levels_.bins(); ++bin) {
      const double strength = strengths[static_cast<size_t>(bin)], magnitude = polar.scale * strength;
      const Rgb colour = polar.seed_colours
                             ? Rgb{to_byte(bin * 4), to_byte(magnitude * 2), 100}
                             : colours.on_background(height_of_bin(bin, levels_.bins()), strength);
      const double end = std::min(magnitude * polar.arc, 360.0);
      for (int t = 0; t < end; ++t) {
        const double rho =
            unit * (bin * polar.spacing_px + std::sin(t * polar.petals * kDegree) * polar.petal_px);
        const double theta = (t - 90) * kDegree;
        const double x = rho * std::cos(theta), y = middle_y + rho * std::sin(theta);
        dot.stamp(middle_x + x, y, colour, canvas);
        if (polar.mirror) dot.stamp(middle_x - x, y, colour, canvas);
      }
    }
  }

  const Levels& levels_;
  const Dot dot_;
};

}  // namespace

std::unique_ptr<Painting> make_polar(const Levels& levels, const PaintSettings& settings, Size size) {
  return std::make_unique<PolarPainting>(levels, settings, size);
}

}  // namespace spectradiff
