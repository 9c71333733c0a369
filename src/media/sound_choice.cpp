// Copy or encode: the container table's choice.
#include "sound_packets.h"

extern "C" {
#include <libavutil/intreadwrite.h>
}

namespace spectradiff {

std::unique_ptr<SoundPackets> open_sound(const VideoSettings& settings, const SoundTrack& track,
                                         bool global_header, std::vector<std::string>& notes) {
  const std::string& wanted = settings.audio_codec;
  if (wanted == "none") return nullptr;
  if (wanted == "auto" || wanted == "copy") {
    CopyVerdict verdict = try_copy(settings.container, track);
    if (verdict.packets) return std::move(verdict.packets);
    if (wanted == "copy") {
      throw_error(ErrorKind::usage,
                  "audio_codec = copy is not possible for {}: {}; with auto it is encoded again",
                  track.file.string(), verdict.why_not);
    }
    if (!verdict.expected) notes.push_back("the sound was encoded again, not copied: " + verdict.why_not);
    return encode_sound(default_audio_codec(settings.container, track.lossless), settings, track,
                        global_header, notes);
  }
  const AudioCodecRow& row = audio_codec_row(wanted);
  if (!names_contain(row.containers, container_name(settings.container))) {
    throw_error(ErrorKind::usage, "audio_codec = {} cannot go into .{}; it goes into {}", wanted,
                container_name(settings.container), list_names(row.containers));
  }
  return encode_sound(row, settings, track, global_header, notes);
}

void discard_end(AVPacket* packet, int64_t samples) {
  size_t size = 0;
  uint8_t* data = av_packet_get_side_data(packet, AV_PKT_DATA_SKIP_SAMPLES, &size);
  if (!data) {
    data = av_packet_new_side_data(packet, AV_PKT_DATA_SKIP_SAMPLES, 10);
    if (!data) throw Error(ErrorKind::memory, "out of memory for a packet");
    AV_WL32(data, 0);
    AV_WL16(data + 8, 0);
  }
  AV_WL32(data + 4, static_cast<uint32_t>(samples));
}

}  // namespace spectradiff
