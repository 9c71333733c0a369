// What VideoSettings may say of a loop, and which encoder makes it. Private to this module.
#pragma once

#include "libav.h"
#include "spectradiff/media/video_writer.h"

namespace spectradiff {

struct LoopEncoder {
  Container container;
  const char* name;           // libav's
  AVPixelFormat opaque;       // what it is given
  AVPixelFormat transparent;  // the same with opacity; none: it keeps no half-transparent pixels
};

const LoopEncoder& loop_encoder(const VideoSettings& settings);  // of a loop's container

// Error{usage} as check_video_settings has them, also for an encoder that this libav lacks.
void check_loop_settings(const VideoSettings& settings);

}  // namespace spectradiff
