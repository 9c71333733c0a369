// The sound of any file that libav reads, a video's too, decoded in blocks.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

namespace spectradiff {

// What the container says of the sound track that is heard.
struct SoundStreamInfo {
  int sample_rate_hz = 0;
  int channels = 0;
  // Where the loudspeakers stand, as bits of WAVE (FL 1, FR 2, FC 4, LFE 8, …), in whose order the channels
  // come, whatever order the codec has; 0: not known.
  uint64_t channel_mask = 0;
  int64_t lead_samples = 0;  // of silence that is put in front: a film's sound may begin after its pictures
  int64_t samples = 0;       // stated length, which a codec's padding may miss by a packet; 0: none is stated
  int64_t length_slack = 0;  // samples by which it may be off in a whole file
  std::string format;        // "MOV/MP4, AAC (Advanced Audio Coding)", for people
  bool lossless = false;
  bool float_samples = false;  // the track can hold NaN and infinity
  int tracks = 0;              // sound tracks in the file
  std::string track;           // the chosen one among several: "2 of 3 (ac3, 6 channels, eng)"; else empty
};

// Sample-exact: what a decoder makes before the first heard sample (priming, pre-roll) and behind the last
// one is dropped, and gaps between packets are closed up, so that the samples are those of `ffmpeg -i FILE -f
// f32le`, ended where an MP4 file's edit list ends them. Reading goes on behind damage, and into a second
// song that was appended to the file, brought to the rate and the channels of the first. Of several tracks
// the best one is decoded, as libav ranks them; copied packets are of the same one. Not thread-safe.
class SoundDecoder {
 public:
  // Null, and why in libav's words, when there is no sound that libav can decode. Only containers of sound
  // and video are considered, and only the named file is read, whatever it may refer to. Error{memory}.
  static std::unique_ptr<SoundDecoder> open(const std::filesystem::path& path, std::string& reason);
  ~SoundDecoder();

  const SoundStreamInfo& info() const;
  // The next samples, [frames][channels], nominal ±1. Fewer only at the end.
  int64_t read(float* interleaved, int64_t frames);
  bool damaged_inside() const;  // so far, something was left out that could not be decoded
  bool broken_off() const;      // what was read ended before the file did

 private:
  struct Impl;
  explicit SoundDecoder(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace spectradiff
