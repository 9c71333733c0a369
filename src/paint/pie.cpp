#include <cairo.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <numbers>

#include "spectradiff/base/error.h"
#include "spectradiff/paint/painter.h"

namespace spectradiff {
namespace {

using Surface = std::unique_ptr<cairo_surface_t, decltype(&cairo_surface_destroy)>;
using Context = std::unique_ptr<cairo_t, decltype(&cairo_destroy)>;

// A transparent drawing of at most the picture's size, whose middle is the picture's.
struct Drawing {
  explicit Drawing(Size drawing_size)
      : size(drawing_size),
        surface(cairo_image_surface_create(CAIRO_FORMAT_ARGB32, size.width, size.height),
                &cairo_surface_destroy),
        context(cairo_create(surface.get()), &cairo_destroy) {
    check();
    // Neighbouring slices share the pixels of their edge; their covers add up to one, and nothing shines
    // through.
    cairo_set_operator(context.get(), CAIRO_OPERATOR_ADD);
  }

  void check() const {
    const cairo_status_t status = cairo_status(context.get());
    if (status != CAIRO_STATUS_SUCCESS)
      throw_error(status == CAIRO_STATUS_NO_MEMORY ? ErrorKind::memory : ErrorKind::internal,
                  "drawing a {}x{} pie failed: {}", size.width, size.height, cairo_status_to_string(status));
  }

  Size size;
  Surface surface;
  Context context;
};

void fill_slice(cairo_t* context, double x, double y, double radius, double from_degrees, double to_degrees,
                const double (&rgb)[3]) {
  constexpr double kDegree = std::numbers::pi / 180;
  cairo_move_to(context, x, y);
  cairo_arc(context, x, y, radius, from_degrees * kDegree, to_degrees * kDegree);
  cairo_close_path(context);
  cairo_set_source_rgb(context, rgb[0], rgb[1], rgb[2]);
  cairo_fill(context);
}

// Premultiplied ARGB over the middle of the picture.
void lay_over(const Drawing& drawing, Canvas& canvas) {
  cairo_surface_flush(drawing.surface.get());
  const uint8_t* data = cairo_image_surface_get_data(drawing.surface.get());
  const int stride = cairo_image_surface_get_stride(drawing.surface.get());
  const int left = (canvas.width() - drawing.size.width) / 2,
            top = (canvas.height() - drawing.size.height) / 2;
  for (int y = 0; y < drawing.size.height; ++y) {
    const auto* in = reinterpret_cast<const uint32_t*>(data + static_cast<ptrdiff_t>(y) * stride);
    uint8_t* out = canvas.row(top + y) + static_cast<ptrdiff_t>(left) * 3;
    for (int x = 0; x < drawing.size.width; ++x, out += 3) {
      const uint32_t pixel = in[x];
      const uint32_t through = 255 - (pixel >> 24);
      if (through == 255) continue;
      for (int c = 0; c < 3; ++c) {
        const uint32_t own = pixel >> (16 - 8 * c) & 255;
        out[c] = static_cast<uint8_t>(std::min(own + (out[c] * through + 127) / 255, 255u));
      }
    }
  }
}

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

  const Drawing drawing({drawing_side(canvas.width(), largest), drawing_side(canvas.height(), largest)});
  const double x = drawing.size.width / 2.0, y = drawing.size.height / 2.0;
  const Rgb ground = settings_.hash.background;
  for (size_t bin = 0; bin < strengths.size(); ++bin) {
    const double strength = strengths[bin];
    if (strength == 0) continue;
    const Rgb full = styles_[bin].colour;
    const auto mix = [strength](uint8_t from, uint8_t to) { return (from + (to - from) * strength) / 255; };
    fill_slice(drawing.context.get(), x, y, radius_of(strength), static_cast<double>(bin) * step - 90,
               static_cast<double>(bin + 1) * step - 90,
               {mix(ground.r, full.r), mix(ground.g, full.g), mix(ground.b, full.b)});
  }
  drawing.check();
  lay_over(drawing, canvas);
}

}  // namespace spectradiff
