// The chunks of a WAV file as they stand, because libsndfile silently mends what does not add up.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace spectradiff {

class SoundFile;

// RIFF, RIFX, RF64 and BW64.
struct WavHeader {
  bool big_endian = false;
  int channels = -1;  // -1: no fmt chunk was found
  uint32_t sample_rate_hz = 0;
  int block_align = 0;            // bytes of one audio frame, or of one block of a compressed format
  int64_t data_size_offset = -1;  // where the size of the data chunk is written; -1: no data chunk
  uint64_t declared_bytes = 0;    // of samples, as written
  int64_t present_bytes = 0;      // from the start of the samples to the end of the file
  int64_t stray_bytes = 0;        // behind the samples, in no chunk
  // Where the byte of padding behind an odd chunk was left out: the begin of the chunk that follows.
  std::vector<int64_t> missing_pads;

  // Programs that write to a pipe leave a size that only means "unknown": the largest signed or unsigned one,
  // less a header or a block.
  bool size_unknown() const {
    return (declared_bytes >= 0x7ffff000u && declared_bytes <= 0x80000000u) ||
           (declared_bytes >= 0xfffff000u && declared_bytes <= 0xffffffffu);
  }
  // 0 was written in front of samples.
  bool size_missing() const { return declared_bytes == 0 && stray_bytes > 0 && stray_bytes == present_bytes; }
};

// Nothing when the file is no WAV.
std::optional<WavHeader> read_wav_header(const SoundFile& file);

}  // namespace spectradiff
