// Encoders that were tried, so that jobs which write alike try them once.
#pragma once

#include <map>
#include <string>

#include "spectradiff/media/video_writer.h"

namespace spectradiff {

// One thread.
class EncoderStore {
 public:
  // check_video_settings(), or what it said of the same settings and the same sound.
  EncoderChoice check(const VideoSettings& settings, const SoundTrack* sound);

 private:
  std::map<std::string, EncoderChoice> choices_;
};

}  // namespace spectradiff
