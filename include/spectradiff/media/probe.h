// What a finished media file really holds.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "spectradiff/base/rational.h"
#include "spectradiff/image/canvas.h"
#include "spectradiff/media/loop.h"

namespace spectradiff {

struct VideoProbe {
  Size size;
  Rational fps;
  int64_t pictures = 0;  // counted packets, not the header's word
  double video_duration_s = 0;
  double audio_duration_s = 0;  // 0 without sound
  std::string video_codec;      // "h264"
  std::string audio_codec;      // "" without sound
  std::string pixel_format;
  std::string comment;  // metadata tag
};

// Reads every packet and decodes the first and last picture. Error{input} when the file is not a whole video.
VideoProbe probe_video(const std::filesystem::path& path);

// What a GIF, WebP or APNG holds; nothing where the file is none. Error{input} for a damaged one.
std::optional<LoopFacts> read_loop_file(const std::filesystem::path& path);

// The comment tag alone, where this program keeps the settings; empty without one. Error{input}.
std::string read_video_comment(const std::filesystem::path& path);

// One line per library: "libavcodec 59.37.100", …
std::vector<std::string> media_library_versions();

// "h264", …: whether this libav has an encoder for it.
std::map<std::string, bool> video_codecs_here();

}  // namespace spectradiff
