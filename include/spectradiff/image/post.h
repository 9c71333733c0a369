// The post chain between painter and diffusion: blur, greyscale, invert, autocontrast, equalize, in that
// order. Each stage equals Pillow's.
#pragma once

#include "spectradiff/image/canvas.h"

namespace spectradiff {

void gaussian_blur(
    Canvas& canvas,
    double radius_px);           // ImageFilter.GaussianBlur(radius): three extended box blurs; 0 does nothing
void greyscale(Canvas& canvas);  // convert("L") back to RGB
void invert(Canvas& canvas);     // ImageOps.invert
void autocontrast(Canvas& canvas);  // ImageOps.autocontrast, cutoff 0, each channel by itself
void equalize(Canvas& canvas);      // ImageOps.equalize

struct PostChain {
  double blur_px = 2;  // >= 0
  bool greyscale = false;
  bool invert = false;
  bool autocontrast = false;
  bool equalize = false;
  friend bool operator==(const PostChain&, const PostChain&) = default;
};

void apply(const PostChain& chain, Canvas& canvas);

}  // namespace spectradiff
