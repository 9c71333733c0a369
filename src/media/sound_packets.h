// The song as packets for a muxer: copied untouched where that is right, else encoded. Private to this
// module.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "codec_table.h"
#include "libav.h"
#include "spectradiff/media/video_writer.h"

namespace spectradiff {

// Packets in time order. Time 0 is the song's sample 0: what a decoder needs before it (priming) has negative
// times.
class SoundPackets {
 public:
  virtual ~SoundPackets() = default;

  virtual void describe(AVCodecParameters* parameters) const = 0;
  virtual AVRational time_base() const = 0;  // of the packets: 1/rate
  virtual int64_t priming() const = 0;       // samples that a decoder makes before time 0 and a player drops
  virtual std::string encoder_name() const = 0;  // as VideoSummary says it

  // Sound may be used up to `samples` (audio frames of the song); with `last` nothing will follow.
  virtual void allow(int64_t samples, bool last) = 0;

  // False when the next packet needs sound that is not allowed yet, or at the end.
  virtual bool next(AVPacket* packet) = 0;
};

// The contract's choice for this song and container (spec: copy, else encode); null for audio_codec = none.
// What was lost on the way is added to `notes`. Error{usage} for a codec that is unknown or not for the
// container, Error{output} for one that this libav lacks.
std::unique_ptr<SoundPackets> open_sound(const VideoSettings& settings, const SoundTrack& track,
                                         bool global_header, std::vector<std::string>& notes);

// The two kinds open_sound chooses from.
struct CopyVerdict {
  std::unique_ptr<SoundPackets> packets;  // null: see why_not
  std::string why_not;                    // "its packets say 44100 Hz and the song has 48000 Hz"
  bool expected = true;  // whether why_not is the contract's ordinary case, which needs no note
};
CopyVerdict try_copy(Container container, const SoundTrack& track);
std::unique_ptr<SoundPackets> encode_sound(const AudioCodecRow& row, const VideoSettings& settings,
                                           const SoundTrack& track, bool global_header,
                                           std::vector<std::string>& notes);

// Tells a muxer to have the last `samples` decoded samples of the packet dropped. Error{memory}
void discard_end(AVPacket* packet, int64_t samples);

}  // namespace spectradiff
