// Texts cut where another font is needed.
#pragma once

#include <cairo.h>

#include <memory>
#include <string>
#include <vector>

namespace spectradiff {

using FontFace = std::unique_ptr<cairo_font_face_t, decltype(&cairo_font_face_destroy)>;

struct TextRun {
  FontFace face;
  std::string text;
};

// `text`, UTF-8, in `family` where that has its characters and else in what the system has for them; what no
// font has stays in `family`, which shows a box. Letters stand from left to right, one beside the other.
std::vector<TextRun> text_runs(const std::string& text, const char* family, bool bold);

}  // namespace spectradiff
