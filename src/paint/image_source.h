// Pictures from files, as a painter and as what lies below others.
#pragma once

#include <filesystem>
#include <map>
#include <memory>

#include "painting.h"
#include "spectradiff/media/picture_reader.h"

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
  Canvas picture(int64_t frame) const;  // in its own size
  const std::filesystem::path& file_at(int64_t number) const;

  const Levels& levels_;
  const ImageSource source_;
  const Rgb ground_;
  const Size size_;
  std::unique_ptr<const PictureReader> reader_;     // of a single file
  std::map<int64_t, std::filesystem::path> files_;  // of a folder or pattern, by number from 0
  Canvas still_;                                    // of a single picture, fitted
};

}  // namespace spectradiff
