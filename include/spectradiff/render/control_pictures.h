// What a control network sees beside each frame.
#pragma once

#include <cstdint>
#include <optional>

#include "spectradiff/diffusion/manifest.h"
#include "spectradiff/image/canvas.h"
#include "spectradiff/paint/picture_source.h"
#include "spectradiff/render/render_job.h"

namespace spectradiff {

// at() may be called on many threads.
class ControlPictures {
 public:
  // Of the job's control_image or control_video, for a song's frames up to `last`, or of the painting where
  // neither is named; through its control_map. Error{input} when nothing can be read or the pictures run out
  // before; Error{usage} where a picture is given for a video or the other way round.
  ControlPictures(const RenderJob& job, int64_t last);

  // The size that is diffused, as `painting` is: pictures are filled and cropped.
  Canvas at(int64_t frame, const Canvas& painting) const;

 private:
  Size size_;
  ControlMap map_;
  std::optional<PictureSource> source_;  // absent: the painting
  Canvas still_;                         // of a single picture: what is shown in every frame
};

// Error{usage} where the job names both kinds, or neither and no map for a model that takes control, or
// anything of them for another.
void check_control(const DiffusionSettings& diffusion, const Manifest& model);

}  // namespace spectradiff
