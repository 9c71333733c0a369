// Slices by table: which pixels each one has is known before the first frame, the innermost first; a frame
// paints them up to the slice's radius.
#include <algorithm>
#include <cmath>
#include <numbers>

#include "colouring.h"
#include "painting.h"

namespace spectradiff {
namespace {

constexpr int kPerPixel = 16;  // steps of radius, and of a slice's share of a pixel on its edge
constexpr int kFull = kPerPixel * kPerPixel;

struct Pixel {
  uint32_t index;
  uint16_t radius;  // of the pixel's middle, 1/16 px
  uint16_t share;   // 1..16 of the slice; the rest is the one before
};

// Which slice a pixel belongs to. One on the edge between two belongs to both, by how far the edge is from
// its middle.
struct Place {
  int slice;               // the one that begins at the nearest edge, or the only one; `bins` is no slice
  uint16_t radius, share;  // as Pixel's
};

struct PieTable {
  PieTable(Size picture, int slices, double span_degrees);
  // The slice that ends where this one begins; `bins` is no slice.
  int before(int slice) const { return slice > 0 ? slice - 1 : whole ? bins - 1 : bins; }

  Size size;
  int bins;
  double span;
  bool whole;  // the last slice ends where the first begins
  // [bins + 1], by radius: pixels of this slice alone, and those on the edge where it begins.
  std::vector<std::vector<Pixel>> inner, edge;
};

Place place_of(double dx, double dy, int bins, double span, bool whole) {
  const double turn = 2 * std::numbers::pi, step = span / bins;
  double angle = std::atan2(dx, -dy);  // clockwise from 12 o'clock
  if (angle < 0) angle += turn;
  const double radius = std::hypot(dx, dy);
  // Outside the pie the nearer end of it counts.
  if (angle > span && turn - angle < angle - span) angle -= turn;
  const int edge = std::clamp(static_cast<int>(std::lround(angle / step)), 0, bins);
  const double beside = std::clamp(angle - edge * step, -std::numbers::pi / 2, std::numbers::pi / 2);
  const double share = std::clamp(radius * std::sin(beside) + 0.5, 0.0, 1.0);
  const int after = whole && edge == bins ? 0 : edge;
  const int before = edge == 0 ? (whole ? bins - 1 : bins) : edge - 1;
  const auto part = static_cast<uint16_t>(std::lround(share * kPerPixel));
  const auto steps = static_cast<uint16_t>(std::min<long>(std::lround(radius * kPerPixel), 65535));
  if (part == 0) return {before, steps, kPerPixel};
  return {after, steps, part};
}

PieTable::PieTable(Size picture, int slices, double span_degrees)
    : size(picture),
      bins(slices),
      span(span_degrees),
      whole(span_degrees >= 360 - 1e-7),
      inner(static_cast<size_t>(bins) + 1),
      edge(inner.size()) {
  uint32_t index = 0;
  for (int y = 0; y < size.height; ++y)
    for (int x = 0; x < size.width; ++x, ++index) {
      const Place place = place_of(x + 0.5 - size.width / 2.0, y + 0.5 - size.height / 2.0, bins,
                                   span * std::numbers::pi / 180, whole);
      auto& pixels = place.share == kPerPixel ? inner : edge;
      pixels[static_cast<size_t>(place.slice)].push_back({index, place.radius, place.share});
    }
  inner.back().clear();
  for (auto* lists : {&inner, &edge})
    for (auto& pixels : *lists)
      std::stable_sort(pixels.begin(), pixels.end(),
                       [](const Pixel& a, const Pixel& b) { return a.radius < b.radius; });
}

struct Slice {
  int radius = -kPerPixel;  // 1/16 px, of the edge; nothing shows below half a pixel
  Rgb colour;
};

// How much of a pixel lies inside the slice's arc, 0..16.
int inside(const Slice& slice, int radius) {
  return std::clamp(slice.radius - radius + kPerPixel / 2, 0, kPerPixel);
}

// `own` and `other` of kFull of a pixel are the two slices', the rest is what lies below.
void mix(const Slice& slice, int own, const Slice& before, int other, uint8_t* pixel) {
  const int through = kFull - own - other;
  const auto mixed_byte = [&](uint8_t below, uint8_t a, uint8_t b) {
    return static_cast<uint8_t>((below * through + a * own + b * other + kFull / 2) / kFull);
  };
  pixel[0] = mixed_byte(pixel[0], slice.colour.r, before.colour.r);
  pixel[1] = mixed_byte(pixel[1], slice.colour.g, before.colour.g);
  pixel[2] = mixed_byte(pixel[2], slice.colour.b, before.colour.b);
}

void fill(const Slice& slice, uint8_t* pixel) {
  pixel[0] = slice.colour.r;
  pixel[1] = slice.colour.g;
  pixel[2] = slice.colour.b;
}

// Pixels of `slice` alone.
void paint_inner(const std::vector<Pixel>& pixels, const Slice& slice, uint8_t* bytes) {
  for (const Pixel& pixel : pixels) {
    const int own = inside(slice, pixel.radius);
    if (own == 0) return;
    uint8_t* at = bytes + size_t{3} * pixel.index;
    own == kPerPixel ? fill(slice, at) : mix(slice, own * kPerPixel, slice, 0, at);
  }
}

// Pixels that `slice` shares with the one before.
void paint_edge(const std::vector<Pixel>& pixels, const Slice& slice, const Slice& before, uint8_t* bytes) {
  for (const Pixel& pixel : pixels) {
    const int own = inside(slice, pixel.radius), other = inside(before, pixel.radius);
    if (own == 0 && other == 0) return;
    mix(slice, own * pixel.share, before, other * (kPerPixel - pixel.share), bytes + size_t{3} * pixel.index);
  }
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
    uint8_t* bytes = canvas.bytes().data();
    for (int i = 0; i <= table.bins; ++i) {
      const auto slice = static_cast<size_t>(i), before = static_cast<size_t>(table.before(i));
      paint_inner(table.inner[slice], slices[slice], bytes);
      paint_edge(table.edge[slice], slices[slice], slices[before], bytes);
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
