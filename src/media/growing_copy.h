// A video's packets as fragments, in a file that plays while it grows. Private to this module.
#pragma once

#include <filesystem>

#include "libav.h"
#include "output_sink.h"

namespace spectradiff {

// MP4 and MOV with the index in front play only when all is written; until then this copy does, up to a few
// seconds behind what was muxed.
class GrowingCopy {
 public:
  // With the streams and tags of `whole`, whose header is not written yet, but no cover. The file is created
  // or truncated. Error{output}.
  GrowingCopy(const std::filesystem::path& path, const AVFormatContext& whole);

  // The next packet of stream `index`, times in `time_base`; the packet stays the caller's. Error{output}.
  void write(const AVPacket& packet, AVRational time_base, int index);

 private:
  void check(int code) const;

  OutputSink sink_;  // outlives the muxer that writes to it
  MuxerPtr muxer_;
  PacketPtr packet_;
};

}  // namespace spectradiff
