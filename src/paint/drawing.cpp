// The door to Cairo, with text_runs.cpp.
#include "spectradiff/paint/drawing.h"

#include <cairo.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "degree.h"
#include "spectradiff/base/error.h"
#include "spectradiff/base/text.h"
#include "text_runs.h"

namespace spectradiff {
namespace {

using Surface = std::unique_ptr<cairo_surface_t, decltype(&cairo_surface_destroy)>;
using Context = std::unique_ptr<cairo_t, decltype(&cairo_destroy)>;
using Pattern = std::unique_ptr<cairo_pattern_t, decltype(&cairo_pattern_destroy)>;
using FontOptions = std::unique_ptr<cairo_font_options_t, decltype(&cairo_font_options_destroy)>;

constexpr const char* kFace = "DejaVu Sans";

void check(cairo_status_t status, Size size) {
  if (status != CAIRO_STATUS_SUCCESS)
    throw_error(status == CAIRO_STATUS_NO_MEMORY ? ErrorKind::memory : ErrorKind::internal,
                "drawing {}x{} pixels failed: {}", size.width, size.height, cairo_status_to_string(status));
}

// Cairo refuses to draw anything more after text that is not UTF-8, and ends at a zero byte.
std::string drawable(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    const size_t length = text.front() == '\0' ? 0 : utf8_character_length(text);
    result += length == 0 ? std::string_view("\uFFFD") : text.substr(0, length);
    text.remove_prefix(std::max<size_t>(length, 1));
  }
  return result;
}

std::vector<TextRun> runs_of(std::string_view text, const TextStyle& style) {
  return text_runs(drawable(text), kFace, style.bold);
}

Surface surface_of(const Canvas& picture) {
  Surface surface(cairo_image_surface_create(CAIRO_FORMAT_RGB24, picture.width(), picture.height()),
                  &cairo_surface_destroy);
  check(cairo_surface_status(surface.get()), picture.size());
  uint8_t* data = cairo_image_surface_get_data(surface.get());
  const int stride = cairo_image_surface_get_stride(surface.get());
  for (int y = 0; y < picture.height(); ++y) {
    const uint8_t* in = picture.row(y);
    auto* out = reinterpret_cast<uint32_t*>(data + static_cast<ptrdiff_t>(y) * stride);
    for (int x = 0; x < picture.width(); ++x, in += 3)
      out[x] = static_cast<uint32_t>(in[0]) << 16 | static_cast<uint32_t>(in[1]) << 8 | in[2];
  }
  cairo_surface_mark_dirty(surface.get());
  return surface;
}

}  // namespace

Ink ink(Rgb colour, double opacity) {
  return {colour.r / 255.0, colour.g / 255.0, colour.b / 255.0, opacity};
}

struct Drawing::Impl {
  explicit Impl(Size drawing_size)
      : size(drawing_size),
        surface(cairo_image_surface_create(CAIRO_FORMAT_ARGB32, size.width, size.height),
                &cairo_surface_destroy),
        context(cairo_create(surface.get()), &cairo_destroy) {
    done();
    cairo_set_line_cap(context.get(), CAIRO_LINE_CAP_ROUND);
    cairo_set_line_join(context.get(), CAIRO_LINE_JOIN_ROUND);
    // Neither the screen's settings nor whole pixels decide where letters lie.
    const FontOptions options(cairo_font_options_create(), &cairo_font_options_destroy);
    cairo_font_options_set_antialias(options.get(), CAIRO_ANTIALIAS_GRAY);
    cairo_font_options_set_hint_style(options.get(), CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(options.get(), CAIRO_HINT_METRICS_OFF);
    cairo_set_font_options(context.get(), options.get());
  }

  void done() const { check(cairo_status(context.get()), size); }

  void use(const Ink& ink) const { cairo_set_source_rgba(context.get(), ink.r, ink.g, ink.b, ink.opacity); }

  void trace(std::span<const Point> points) const {
    for (const Point& point : points) cairo_line_to(context.get(), point.x, point.y);
  }

  void use_font(const FontFace& face, const TextStyle& style) const {
    cairo_set_font_face(context.get(), face.get());
    cairo_set_font_size(context.get(), style.size);
  }

  double width_of(const std::vector<TextRun>& runs, const TextStyle& style) const {
    double width = 0;
    for (const TextRun& run : runs) {
      use_font(run.face, style);
      cairo_text_extents_t extents;
      cairo_text_extents(context.get(), run.text.c_str(), &extents);
      width += extents.x_advance;
    }
    done();
    return width;
  }

  Size size;
  Surface surface;
  Context context;
};

Drawing::Drawing(Size size) : impl_(std::make_unique<Impl>(size)) {}
Drawing::Drawing(Drawing&&) noexcept = default;
Drawing& Drawing::operator=(Drawing&&) noexcept = default;
Drawing::~Drawing() = default;

Size Drawing::size() const {
  return impl_->size;
}

void Drawing::fill_rectangle(Point corner, double width, double height, const Ink& ink) {
  cairo_rectangle(impl_->context.get(), corner.x, corner.y, width, height);
  impl_->use(ink);
  cairo_fill(impl_->context.get());
  impl_->done();
}

void Drawing::fill_polygon(std::span<const Point> corners, const Ink& ink) {
  if (corners.size() < 3) return;
  impl_->trace(corners);
  cairo_close_path(impl_->context.get());
  impl_->use(ink);
  cairo_fill(impl_->context.get());
  impl_->done();
}

void Drawing::stroke_line(std::span<const Point> line, double width, const Ink& ink) {
  if (line.size() < 2) return;
  impl_->trace(line);
  impl_->use(ink);
  cairo_set_line_width(impl_->context.get(), width);
  cairo_stroke(impl_->context.get());
  impl_->done();
}

void Drawing::place_picture(const Canvas& picture, Point corner, double width, double height,
                            Scaling scaling) {
  if (picture.empty()) return;
  cairo_t* context = impl_->context.get();
  const Surface surface = surface_of(picture);
  const Pattern pattern(cairo_pattern_create_for_surface(surface.get()), &cairo_pattern_destroy);
  cairo_pattern_set_filter(pattern.get(),
                           scaling == Scaling::smooth ? CAIRO_FILTER_BEST : CAIRO_FILTER_NEAREST);
  // Its edge fades into itself, not into nothing.
  cairo_pattern_set_extend(pattern.get(), CAIRO_EXTEND_PAD);
  cairo_save(context);
  cairo_translate(context, corner.x, corner.y);
  cairo_rectangle(context, 0, 0, width, height);
  cairo_scale(context, width / picture.width(), height / picture.height());
  cairo_set_source(context, pattern.get());
  cairo_fill(context);
  cairo_restore(context);
  impl_->done();
}

void Drawing::write_text(std::string_view text, Point at, const TextStyle& style, const Ink& ink) {
  cairo_t* context = impl_->context.get();
  const std::vector<TextRun> words = runs_of(text, style);
  const double width = style.align == TextAlign::left ? 0 : impl_->width_of(words, style);
  cairo_save(context);
  cairo_translate(context, at.x, at.y);
  cairo_rotate(context, style.turned_degrees * kDegree);
  cairo_move_to(context, style.align == TextAlign::centre ? -width / 2 : -width, 0);
  impl_->use(ink);
  for (const TextRun& run : words) {
    impl_->use_font(run.face, style);
    cairo_show_text(context, run.text.c_str());
  }
  cairo_new_path(context);
  cairo_restore(context);
  impl_->done();
}

double Drawing::text_width(std::string_view text, const TextStyle& style) const {
  return impl_->width_of(runs_of(text, style), style);
}

void Drawing::begin_clip(Point corner, double width, double height) {
  cairo_rectangle(impl_->context.get(), corner.x, corner.y, width, height);
  cairo_clip(impl_->context.get());
  impl_->done();
}

void Drawing::end_clip() {
  cairo_reset_clip(impl_->context.get());
}

// Premultiplied ARGB.
void Drawing::lay_over(Canvas& canvas) const {
  const Size size = impl_->size;
  cairo_surface_flush(impl_->surface.get());
  const uint8_t* data = cairo_image_surface_get_data(impl_->surface.get());
  const int stride = cairo_image_surface_get_stride(impl_->surface.get());
  const int left = (canvas.width() - size.width) / 2, top = (canvas.height() - size.height) / 2;
  for (int y = 0; y < size.height; ++y) {
    const auto* in = reinterpret_cast<const uint32_t*>(data + static_cast<ptrdiff_t>(y) * stride);
    uint8_t* out = canvas.row(top + y) + static_cast<ptrdiff_t>(left) * 3;
    for (int x = 0; x < size.width; ++x, out += 3) {
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

}  // namespace spectradiff
