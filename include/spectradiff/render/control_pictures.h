// What a control network sees beside each frame.
#pragma once

#include <cstdint>

#include "spectradiff/diffusion/manifest.h"
#include "spectradiff/image/canvas.h"
#include "spectradiff/paint/picture_source.h"
#include "spectradiff/render/render_job.h"

namespace spectradiff {

// at() may be called on many threads.
class ControlPictures {
 public:
  // Of the job's control_image or control_video, one of which is named, for a song's frames up to `last`.
  // Error{input} when nothing can be read or the pictures run out before; Error{usage} where a picture is
  // given for a video or the other way round.
  ControlPictures(const RenderJob& job, int64_t last);

  Canvas at(int64_t frame) const;  // the size that is diffused, filled and cropped

 private:
  Size size_;
  PictureSource source_;
  Canvas still_;  // of a single picture, fitted
};

// Error{usage} where the job names both kinds, or none for a model that takes control, or one for another.
void check_control(const DiffusionSettings& diffusion, const Manifest& model);

}  // namespace spectradiff
