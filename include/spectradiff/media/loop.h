// Short loops to share: GIF, WebP and APNG, made of pictures that are all there.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "spectradiff/image/canvas.h"
#include "spectradiff/media/video_writer.h"

namespace spectradiff {

// More would be no loop to share, and a file that few programs open.
inline constexpr int64_t kMostLoopPictures = 1800;

struct LoopPictures {
  int64_t count = 0;  // 1..kMostLoopPictures
  // Of VideoSettings::picture_size, each any number of times. `opacity` is asked for only where the settings
  // are transparent (VideoWriter::write).
  std::function<Canvas(int64_t)> at, opacity;
  // Told what was tried for settings.max_bytes and how many bytes that took; empty: nobody asks.
  std::function<void(const std::string& choice, uint64_t bytes)> tried;
};

struct EncodedLoop {
  std::string bytes;
  std::string encoder;  // "gif"
  std::string choice;   // "384x384, 128 colours, 7.5 pictures a second": what it came to
};

// An endless loop without sound: each picture is shown until its successor's time, to the nearest tick of the
// format (10 ms of GIF, 1 ms of WebP, exact in APNG). GIF has one palette over all pictures, exact where they
// hold at most 255 colours; APNG is lossless. Beyond settings.max_bytes, colours or quality, then size, then
// the rate give way, in steps, of which at most eight are tried, and the first that fits is kept; GIF shows
// at most 50 pictures a second in any case. The comment is kept in the file. Equal input gives equal bytes.
// Error{output} naming the least size where no step fits, Error{usage} as check_video_settings has them.
EncodedLoop encode_loop(const VideoSettings& settings, const LoopPictures& pictures);

struct LoopFacts {
  int64_t pictures = 0;  // as stored: one that repeats its predecessor may only last longer
  double duration_s = 0;
  bool is_endless = false;
  std::string comment;  // what encode_loop was given; empty: none
};

// Whether the bytes begin as a file that read_loop() reads. A picture that does not move may begin so too.
bool begins_as_loop(std::string_view bytes);

// Error{input} naming `name` where it is no whole GIF, WebP or APNG.
LoopFacts read_loop(std::string_view bytes, const std::string& name);

}  // namespace spectradiff
