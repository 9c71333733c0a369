#include "image_source.h"

#include "colouring.h"

namespace spectradiff {

std::unique_ptr<Painting> make_image(const Levels& levels, const PaintSettings& settings, Size size) {
  return std::make_unique<ImagePainting>(levels, settings, size);
}

ImagePainting::ImagePainting(const Levels& levels, const PaintSettings& settings, Size size)
    : size_(size),
      fit_(settings.image.fit),
      pictures_(settings.image, levels.features().settings.fps, settings.colour.background, "image") {
  if (!pictures_.frames()) still_ = fit_to_size(pictures_.at(0), size_, fit_);
}

void ImagePainting::paint(const PaintSettings&, int64_t frame, double opacity, Canvas& canvas) const {
  const bool still = !still_.empty() && canvas.size() == size_;
  const Canvas fitted = still ? Canvas() : fit_to_size(pictures_.at(frame), canvas.size(), fit_);
  blend(canvas, still ? still_ : fitted, opacity);
}

}  // namespace spectradiff
