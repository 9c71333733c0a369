// The post chain between painter and diffusion: blur, greyscale, invert, autocontrast, equalize, in that
// order. Each stage equals Pillow's.
#pragma once

#include <array>
#include <cstdint>

#include "spectradiff/image/canvas.h"

namespace spectradiff {

void gaussian_blur(
    Canvas& canvas,
    double radius_px);           // ImageFilter.GaussianBlur(radius): three extended box blurs; 0 does nothing
void greyscale(Canvas& canvas);  // convert("L") back to RGB
void invert(Canvas& canvas);     // ImageOps.invert
void autocontrast(Canvas& canvas);  // ImageOps.autocontrast, cutoff 0, each channel by itself
void equalize(Canvas& canvas);      // ImageOps.equalize

// The darkest and lightest value of each channel over any number of pictures.
struct ContrastRange {
  std::array<uint8_t, 3> low{255, 255, 255};
  std::array<uint8_t, 3> high{0, 0, 0};
  void add(const Canvas& canvas);
  void add(const ContrastRange& range);
};
void stretch(Canvas& canvas, const ContrastRange& range);  // autocontrast by that range

enum class Autocontrast { none, frame, song };

struct PostChain {
  double blur_px = 2;  // >= 0
  bool greyscale = false;
  bool invert = false;
  Autocontrast autocontrast = Autocontrast::none;
  bool equalize = false;
  friend bool operator==(const PostChain&, const PostChain&) = default;
};

// `song` is the range of the song's pictures as they are before autocontrast; needed for Autocontrast::song.
void apply(const PostChain& chain, Canvas& canvas, const ContrastRange* song = nullptr);

}  // namespace spectradiff
