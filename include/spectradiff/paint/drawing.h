// Lines, areas, text and pictures with smooth edges, laid over a canvas.
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "spectradiff/image/canvas.h"

namespace spectradiff {

// Pixels from the top left corner; the middle of a pixel lies at .5.
struct Point {
  double x = 0;
  double y = 0;
};

// sRGB and opacity, each 0..1.
struct Ink {
  double r = 0, g = 0, b = 0;
  double opacity = 1;
};
Ink ink(Rgb colour, double opacity = 1);

enum class TextAlign { left, centre, right };

struct TextStyle {
  double size = 14;  // of the font's em, pixels
  bool bold = false;
  TextAlign align = TextAlign::left;  // of what `at` is
  double turned_degrees = 0;          // clockwise about `at`
};

// A drawing that is transparent where nothing is drawn. Anything may reach beyond it. Every call:
// Error{memory} without room for it. One thread.
class Drawing {
 public:
  explicit Drawing(Size size);
  Drawing(Drawing&&) noexcept;
  Drawing& operator=(Drawing&&) noexcept;
  ~Drawing();

  Size size() const;

  void fill_rectangle(Point corner, double width, double height, const Ink& ink);
  void fill_polygon(std::span<const Point> corners, const Ink& ink);  // nothing with less than three
  // Round joints and ends; nothing with less than two points.
  void stroke_line(std::span<const Point> line, double width, const Ink& ink);
  // Stretched to width × height: smoothly, or each of its pixels a sharp rectangle.
  enum class Scaling { smooth, sharp };
  void place_picture(const Canvas& picture, Point corner, double width, double height, Scaling scaling);

  // UTF-8 on the base line at `at`, in DejaVu Sans or what the system has where that lacks a character; what
  // is not UTF-8 becomes U+FFFD.
  void write_text(std::string_view text, Point at, const TextStyle& style, const Ink& ink);
  double text_width(std::string_view text,
                    const TextStyle& style) const;  // pixels, to where more would begin

  // From now on only what lies within is drawn; end_clip() ends it. They do not nest.
  void begin_clip(Point corner, double width, double height);
  void end_clip();

  // Over the middle of the canvas, which is at least as large.
  void lay_over(Canvas& canvas) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace spectradiff
