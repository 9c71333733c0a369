// Slices by table: where each pixel lies is known before the first frame; a frame only compares radii.
#include <algorithm>
#include <cmath>
#include <numbers>

#include "colouring.h"
#include "painting.h"

namespace spectradiff {
namespace {

constexpr int kPerPixel = 16;  // steps of radius, and of a slice's share of a pixel on its edge
constexpr int kFull = kPerPixel * kPerPixel;

// A pixel on the edge between two slices belongs to both, by how far the edge is from its middle.
struct Place {
  uint16_t radius;  // of the pixel's middle, 1/16 px
  uint16_t slice;   // the one that begins at the nearest edge, or the only one; `bins` is no slice
  uint16_t before;  // the slice that ends there
  uint16_t share;   // 1..16 of `slice`; the rest is the one before
};

struct PieTable {
  PieTable(Size picture, int slices, double span_degrees);
  Size size;
  int bins;
  double span;
  std::vector<Place> places;  // [height][width]
};

Place place_of(double dx, double dy, int bins, double span) {
  const double turn = 2 * std::numbers::pi, step = span / bins;
  double angle = std::atan2(dx, -dy);  // clockwise from 12 o'clock
  if (angle < 0) angle += turn;
  const double radius = std::hypot(dx, dy);
  // Outside the pie the nearer end of it counts.
  if (angle > span && turn - angle < angle - span) angle -= turn;
  const int edge = std::clamp(static_cast<int>(std::lround(angle / step)), 0, bins);
  const double beside = std::clamp(angle - edge * step, -std::numbers::pi / 2, std::numbers::pi / 2);
  const double share = std::clamp(radius * std::sin(beside) + 0.5, 0.0, 1.0);
  const bool whole = span >= turn - 1e-9;
  const int after = whole && edge == bins ? 0 : edge;
  const int before = edge == 0 ? (whole ? bins - 1 : bins) : edge - 1;
  const auto part = static_cast<int>(std::lround(share * kPerPixel));
  const auto steps = static_cast<uint16_t>(std::min<long>(std::lround(radius * kPerPixel), 65535));
  if (part == 0) return {steps, static_cast<uint16_t>(before), static_cast<uint16_t>(before), kPerPixel};
  return {steps, static_cast<uint16_t>(after), static_cast<uint16_t>(before), static_cast<uint16_t>(part)};
}

PieTable::PieTable(Size picture, int slices, double span_degrees)
    : size(picture), bins(slices), span(span_degrees) {
  places.reserve(static_cast<size_t>(size.width) * size.height);
  for (int y = 0; y < size.height; ++y)
    for (int x = 0; x < size.width; ++x)
      places.push_back(place_of(x + 0.5 - size.width / 2.0, y + 0.5 - size.height / 2.0, bins,
                                span * std::numbers::pi / 180));
}

struct Slice {
  int radius = -kPerPixel;  // 1/16 px, of the edge; nothing shows below half a pixel
  Rgb colour;
};

// How much of a pixel lies inside the slice's arc, 0..16.
int inside(const Slice& slice, int radius) {
  return std::clamp(slice.radius - radius + kPerPixel / 2, 0, kPerPixel);
}

void fill(const Slice& slice, uint8_t* pixel) {
  pixel[0] = slice.colour.r;
  pixel[1] = slice.colour.g;
  pixel[2] = slice.colour.b;
}

void paint_pixel(const Place& place, const std::vector<Slice>& slices, uint8_t* pixel) {
  const Slice& slice = slices[place.slice];
  if (place.share == kPerPixel) {  // no other slice: nearly all pixels are wholly inside or outside
    const int depth = slice.radius - place.radius;
    if (depth <= -kPerPixel / 2) return;
    if (depth >= kPerPixel / 2) return fill(slice, pixel);
  }
  const Slice& before = slices[place.before];
  const int own = inside(slice, place.radius) * place.share;
  const int other = inside(before, place.radius) * (kPerPixel - place.share);
  const int through = kFull - own - other;
  const auto mix = [&](uint8_t below, uint8_t a, uint8_t b) {
    return static_cast<uint8_t>((below * through + a * own + b * other + kFull / 2) / kFull);
  };
  pixel[0] = mix(pixel[0], slice.colour.r, before.colour.r);
  pixel[1] = mix(pixel[1], slice.colour.g, before.colour.g);
  pixel[2] = mix(pixel[2], slice.colour.b, before.colour.b);
}

class PiePainting final : public Painting {
 public:
  PiePainting(const Levels& levels, const PaintSettings& settings, Size size)
      : levels_(levels), table_(size, levels.bins(), settings.pie.span_degrees) {}

  void paint(const PaintSettings& now, int64_t frame, Canvas& canvas) const override {
    if (canvas.size() == table_.size && now.pie.span_degrees == table_.span) {
      paint(table_, now, frame, canvas);
    } else {
      paint(PieTable(canvas.size(), levels_.bins(), now.pie.span_degrees), now, frame, canvas);
    }
  }

 private:
  // The last one, [bins], is no slice.
  std::vector<Slice> slices_of(const PaintSettings& now, int64_t frame, double unit) const {
    const std::vector<float> strengths = levels_.strengths(frame, now.colour.gamma);
    const Colours colours(now.colour);
    std::vector<Slice> slices(strengths.size() + 1);
    for (size_t bin = 0; bin < strengths.size(); ++bin) {
      const double strength = strengths[bin];
      if (strength == 0) continue;
      const double radius = now.pie.inner_radius + (now.pie.outer_radius - now.pie.inner_radius) * strength;
      slices[bin] = {
          static_cast<int>(std::lround(radius * unit * kPerPixel)),
          colours.on_background(height_of_bin(static_cast<double>(bin), levels_.bins()), strength)};
    }
    return slices;
  }

  void paint(const PieTable& table, const PaintSettings& now, int64_t frame, Canvas& canvas) const {
    const std::vector<Slice> slices = slices_of(now, frame, std::min(canvas.width(), canvas.height()) / 2.0);
    int largest = 0;
    for (const Slice& slice : slices) largest = std::max(largest, slice.radius);
    const double reach = largest / static_cast<double>(kPerPixel) + 1;
    for (int y = 0; y < canvas.height(); ++y) {
      const double dy = y + 0.5 - canvas.height() / 2.0;
      if (std::abs(dy) > reach) continue;
      const int half = static_cast<int>(std::sqrt(reach * reach - dy * dy)) + 1;
      const int begin = std::max(canvas.width() / 2 - half, 0),
                end = std::min((canvas.width() + 1) / 2 + half, canvas.width());
      const Place* place = table.places.data() + static_cast<size_t>(y) * canvas.width() + begin;
      uint8_t* pixel = canvas.row(y) + static_cast<ptrdiff_t>(begin) * 3;
      for (int x = begin; x < end; ++x, ++place, pixel += 3) paint_pixel(*place, slices, pixel);
    }
  }

  const Levels& levels_;
  const PieTable table_;
};

}  // namespace

std::unique_ptr<Painting> make_pie(const Levels& levels, const PaintSettings& settings, Size size) {
  return std::make_unique<PiePainting>(levels, settings, size);
}

}  // namespace spectradiff
