// Pictures from files, as a painter and as what lies below others.
#pragma once

#include "painting.h"
#include "spectradiff/paint/picture_source.h"

namespace spectradiff {

class ImagePainting final : public Painting {
 public:
  // Error{input} when nothing can be read, Error{usage} without a path.
  ImagePainting(const Levels& levels, const PaintSettings& settings, Size size);

  void paint(const PaintSettings& now, int64_t frame, Canvas& canvas) const override {
    paint(now, frame, 1, canvas);
  }
  void paint(const PaintSettings& now, int64_t frame, double opacity, Canvas& canvas) const;

 private:
  const Size size_;
  const Fit fit_;
  const PictureSource pictures_;
  Canvas still_;  // of a single picture, fitted
};

}  // namespace spectradiff
