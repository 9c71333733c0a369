#include "spectradiff/paint/painter.h"

#include <algorithm>
#include <cmath>
#include <string_view>

#include "spectradiff/base/error.h"
#include "spectradiff/image/color.h"

namespace spectradiff {
namespace {

constexpr int kLargestSide = 8192;

void check(std::string_view name, double value, double low, double high) {
  if (!(value >= low && value <= high))
    throw_error(ErrorKind::usage, "{} = {} is outside {}..{}", name, value, low, high);
}

void check(const PaintSettings& settings) {
  check("picture width", settings.size.width, 1, kLargestSide);
  check("picture height", settings.size.height, 1, kLargestSide);
  const HashField& hash = settings.hash;
  check("marks per bin", hash.marks_per_bin, 1, 10000);
  check("mark size", hash.mark_size_px, 0.5, 512);
  check("taper", hash.taper, 0, 3);
  check("hue start", hash.hue_start, -10, 10);
  check("hue span", hash.hue_span, -1, 1);
  check("saturation", hash.saturation, 0, 1);
  check("lightness", hash.lightness, 0, 1);
  check("gamma", hash.gamma, 0.1, 10);
  check("pie span", settings.pie.span_degrees, 1, 360);
  check("pie inner radius", settings.pie.inner_radius, 0, 2);
  check("pie outer radius", settings.pie.outer_radius, 0, 2);
  check("pie field", settings.pie.field, 0, 1);
}

std::vector<int> insets(MarkShape shape, int side) {
  std::vector<int> inset(side, 0);
  if (shape == MarkShape::square) return inset;
  // Pixels whose centre lies in the disc, in half pixels from the middle.
  for (int row = 0; row < side; ++row) {
    const int64_t dy = 2 * row + 1 - side;
    const auto outside = [&](int64_t dx) { return dx * dx + dy * dy > static_cast<int64_t>(side) * side; };
    while (outside(2 * inset[row] + 1 - side)) ++inset[row];
  }
  return inset;
}

// -1 for the lowest bin, 1 for the highest.
double height_of_bin(int bin, int bins) {
  return bins == 1 ? 0 : 2.0 * bin / (bins - 1) - 1;
}

}  // namespace

uint64_t splitmix64(uint64_t x) {
  x += 0x9E3779B97F4A7C15u;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
  return x ^ (x >> 31);
}

Painter::Painter(const Features& features, const PaintSettings& settings)
    : features_(features), settings_(settings) {
  check(settings);
  const HashField& hash = settings_.hash;
  const double scale = std::sqrt(static_cast<double>(settings_.size.width) * settings_.size.height) / 512;
  for (int bin = 0; bin < features_.bins; ++bin) {
    const double height = height_of_bin(bin, features_.bins);
    const double size = hash.mark_size_px * scale * std::exp2(-hash.taper * height);
    const int side = std::max(1, static_cast<int>(std::lround(size)));
    const double hue = hash.hue_start + hash.hue_span * (height + 1) / 2;
    styles_.push_back({hsl_to_rgb(hue, hash.saturation, hash.lightness), side, insets(hash.shape, side)});
  }
}

std::vector<double> Painter::strengths(int64_t frame) const {
  const float* levels = features_.frame_levels(frame);
  std::vector<double> result(features_.bins);
  for (int bin = 0; bin < features_.bins; ++bin) result[bin] = std::pow(levels[bin], settings_.hash.gamma);
  return result;
}

Canvas Painter::paint(const PaintSettings& moved, int64_t frame) const {
  return Painter(features_, moved).paint(frame);
}

Canvas Painter::paint(int64_t frame) const {
  if (frame < 0 || frame >= features_.frames)
    throw_error(ErrorKind::internal, "frame {} of a song of {} frames cannot be painted", frame,
                features_.frames);
  const std::vector<double> strength = strengths(frame);
  const bool pie = settings_.painter == PainterKind::pie;
  Canvas canvas = paint_field(strength, pie ? settings_.pie.field : 1);
  if (pie) {
    if (settings_.pie.field > 0) gaussian_blur(canvas, settings_.post.blur_px);
    paint_pie(strength, canvas);
  }
  apply(settings_.post, canvas);
  return canvas;
}

}  // namespace spectradiff
