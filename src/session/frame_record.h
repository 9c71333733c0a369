// What of a folder of frames is made, and from what: a record beside them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

#include "spectradiff/config/frame_keys.h"
#include "spectradiff/render/frame_sink.h"

namespace spectradiff {

// `.NAME.frames` beside the frames: a line of {"frame", "key", "sha256"} for each that was written, the
// latest of a frame counts. A line that a crash has torn is passed over, and so is everything once its file
// is gone or holds other bytes.
class FrameRecord {
 public:
  explicit FrameRecord(const FramePattern& pattern);

  bool is_empty() const { return lines_.empty(); }
  // Whether a file was written for the frame, whatever has become of it.
  bool knows(int64_t frame) const { return lines_.contains(frame); }
  // Whether the frame's file holds the very bytes that were written under this key.
  bool holds(int64_t frame, const FrameKey& key) const;

  // The frame's file is about to be written under the key with bytes of this SHA-256: on disk when it
  // returns. Error{output}.
  void add(int64_t frame, const FrameKey& key, const std::string& sha256);

 private:
  struct Line {
    FrameKey key;
    std::string sha256;
  };

  FramePattern pattern_;
  std::filesystem::path file_;
  std::map<int64_t, Line> lines_;
};

}  // namespace spectradiff
