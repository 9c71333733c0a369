// Pictures and videos as RGB, by time.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>

#include "spectradiff/base/rational.h"
#include "spectradiff/image/canvas.h"

namespace spectradiff {

// Any file that libav reads pictures from. Sizes and turns are those that a player shows: pixels that are not
// square are made so, a phone's rotation is applied, and `ground` shows through what is transparent.
// at() may be called on many threads, for times in any order: a video is decoded in one direction by whoever
// asks, with seeking where that is nearer, and the last pictures (at most 192 MiB, at least two) are kept for
// others.
class PictureReader {
 public:
  // Error{input} naming the file, when it holds no picture that can be decoded. Reads a video's packets once
  // for its times.
  PictureReader(const std::filesystem::path& path, Rgb ground);
  ~PictureReader();

  int64_t pictures() const;  // >= 1
  // Pictures per second: the file's word, or the mean where they do not come evenly. 0 for one picture.
  Rational fps() const;
  bool with_sound() const;  // a sound track lies beside the pictures
  // Seconds from the first one's appearance to the last one's end, less half a tick of the file's clock:
  // earlier times are nearer to a tick at which there is a picture.
  Rational duration() const;

  enum class End { loop, hold };
  // The picture that a player shows `seconds` (>= 0) after the first one appears, to the nearest tick of the
  // file's clock, in exact arithmetic; behind the last one's end the video begins again, or its last picture
  // stays. Error{input} for damage.
  Canvas at(const Rational& seconds, End end) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace spectradiff
