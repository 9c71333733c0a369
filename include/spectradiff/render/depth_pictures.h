// How near the places of a picture are that a camera moves through.
#pragma once

#include <cstdint>
#include <string>

#include "spectradiff/image/canvas.h"
#include "spectradiff/image/warp.h"
#include "spectradiff/paint/picture_source.h"
#include "spectradiff/render/journey_settings.h"

namespace spectradiff {

// A video, folder or pattern whose white is near. at() may be called on many threads.
class DepthVideo {
 public:
  // For a song's frames up to `last`, in that size: pictures are filled and cropped. Error{input} when
  // nothing can be read or the pictures run out before. A single picture is the depth of every frame.
  DepthVideo(const std::string& path, const Rational& fps, Size size, int64_t last);

  DepthMap at(int64_t frame) const;

  // How many of the song's frames it has; absent: a single picture.
  std::optional<int64_t> frames() const { return source_.frames(); }

 private:
  Size size_;
  PictureSource source_;
};

// Of the picture that is about to be moved under this painting, of the same size; `video` of Depth::video.
DepthMap depth_map_of(Depth depth, const Canvas& picture, const Canvas& painting, const DepthVideo* video,
                      int64_t frame);

}  // namespace spectradiff
