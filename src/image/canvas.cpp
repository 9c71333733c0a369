#include "spectradiff/image/canvas.h"

#include "spectradiff/base/error.h"

namespace spectradiff {

Canvas::Canvas(Size size, Rgb fill) : size_(size) {
  if (size.width < 1 || size.height < 1)
    throw_error(ErrorKind::usage, "a picture of {}x{} pixels has no area; width and height start at 1",
                size.width, size.height);
  pixels_.resize(static_cast<size_t>(size.width) * size.height * 3);
  if (fill == Rgb{}) return;
  for (size_t i = 0; i < pixels_.size(); i += 3) {
    pixels_[i] = fill.r;
    pixels_[i + 1] = fill.g;
    pixels_[i + 2] = fill.b;
  }
}

Canvas Canvas::clone() const {
  Canvas copy;
  copy.size_ = size_;
  copy.pixels_ = pixels_;
  return copy;
}

}  // namespace spectradiff
