// Pictures and sound into one video file or stream, through libav.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "spectradiff/base/rational.h"
#include "spectradiff/image/canvas.h"
#include "spectradiff/image/resize.h"
#include "spectradiff/media/song_tags.h"

namespace spectradiff {

enum class Container { mp4, mov, mkv, webm, gif, webp, apng };

// GIF, WebP, APNG: pictures without sound that begin again (media/loop.h), and no VideoWriter's.
constexpr bool is_loop(Container container) {
  return container >= Container::gif;
}

// By the extension of `path`; Error{usage} listing the known ones.
Container container_of(const std::filesystem::path& path);

const char* container_name(Container container);  // "mp4"

// What a container holds unless something else is asked for: "vp9" in WebM, else "h264"; where pictures are
// transparent "prores" in MOV and "ffv1" in Matroska. A loop is named after itself.
std::string default_video_codec(Container container, bool transparent = false);

// What a codec holds unless something else is asked for: "yuv420p", of prores "yuv422p10le". Error{usage}.
std::string default_pixel_format(const std::string& video_codec);

// Where the sound comes from: decoded samples for encoding, and the untouched packets of `file` where they
// may be copied.
struct SoundTrack {
  std::filesystem::path file;  // the song as given; packets are copied from here when copy applies
  bool lossless = false;       // of the source codec, decides flac or aac in Matroska
  bool whole = true;           // nothing is cut or mended: only then may packets be copied
  int sample_rate_hz = 0;
  int channels = 0;
  uint64_t channel_mask = 0;  // where they stand, as bits of WAVE, in whose order they come; 0: not known
  int64_t samples = 0;        // audio frames that `read` will give, sample 0 is heard when picture 0 is shown
  // Fills at most `frames` interleaved float frames, returns how many; 0 at the end. Called from the writer's
  // thread only.
  std::function<int64_t(float* interleaved, int64_t frames)> read;
};

struct VideoSettings {
  Container container = Container::mp4;
  Rational fps{15};   // above 0 to 240, kept exactly
  Size picture_size;  // of every Canvas that write() takes
  Size output_size;   // 16x16..16384x16384, even for yuv420p; scaled from picture_size with Lanczos, never
                      // resampled when equal
  Fit fit = Fit::cover;
  std::string video_codec = "h264";       // h264, hevc, vp9, av1, prores, ffv1
  int crf = 18;                           // on the codec's own scale, lower is better: h264, hevc 0..51;
                                          // vp9, av1 0..63; the others have none and take the default only
  std::string encoder_preset = "medium";  // ultrafast to veryslow; prores, ffv1: the default only
  std::string pixel_format = "yuv420p";   // yuv420p, yuv422p, yuv444p or with 10 bits, yuv420p10le; prores:
                                          // yuv422p10le, yuv444p10le. BT.709, limited range, tagged
  std::string audio_codec = "auto";       // auto, copy, aac, alac, flac, opus, none
  int64_t audio_bitrate = 256000;         // bit/s, lossy codecs
  int threads = 0;  // at most; 0: all cores. The bytes do not depend on it: h264 and av1, whose would, have
                    // a number of their own
  SongTags tags;    // the cover where the container can hold one: mp4, mkv
  std::string comment;       // metadata: the settings as JSON
  bool transparent = false;  // pictures come with their opacity: prores, vp9, ffv1, WebP, APNG
  int64_t max_bytes = 0;     // of a loop; 0: no limit
};

// Which of "crf", "encoder_preset" and "pixel_format" the codec does not take as they are set. Error{usage}
// for a codec that is not known.
std::vector<std::string> settings_not_taken(const VideoSettings& settings);

// What was written, for messages and the check afterwards.
struct VideoSummary {
  int64_t pictures = 0;
  std::string video_encoder;       // "libx264"
  std::string audio_encoder;       // "aac", "copy (mp3)", "" without sound
  std::vector<std::string> notes;  // "8 channels were mixed down to stereo", …
};

// What settings come to for this song: "libx264"; "aac", "copy (mp3)", "" without sound.
struct EncoderChoice {
  std::string video_encoder, audio_encoder;
};

// Refuses settings that this libav cannot do, by really opening its encoders: Error{usage} for names, ranges,
// odd sizes, codecs that the container does not take and those without an encoder here, Error{output} for an
// encoder that refuses. Creates nothing. What it accepts a VideoWriter accepts.
EncoderChoice check_video_settings(const VideoSettings& settings, const SoundTrack* sound);

// One video being written, sample 0 heard with picture 0. Equal input gives equal bytes. Not thread-safe. The
// sound ends with the last picture at the latest, or within the frame behind it. Until finish() the file
// plays as far as it goes, seconds behind: Matroska by nature, MP4 and MOV as fragments, which finish()
// replaces by the video written whole to a hidden sibling, index in front; without it the file stays so.
// A descriptor whose reader has gone raises SIGPIPE, which the program must ignore to get the Error.
class VideoWriter {
 public:
  // To a file (truncated), or as a Matroska stream into a descriptor, whatever settings.container says; the
  // descriptor stays the caller's. Errors as check_video_settings has them, before anything is created; then
  // Error{output} when the file cannot be.
  VideoWriter(const VideoSettings& settings, const std::filesystem::path& path,
              std::optional<SoundTrack> sound);
  VideoWriter(const VideoSettings& settings, int descriptor, std::optional<SoundTrack> sound);
  ~VideoWriter();
  VideoWriter(VideoWriter&&) noexcept;
  VideoWriter& operator=(VideoWriter&&) noexcept;

  // The next picture; sound is read and interleaved as far as needed. Where the settings are transparent it
  // comes as it looks over black, with its opacity, a grey picture of the same size: 255 covers all. Error
  // {output} on a full disk or closed pipe, Error{internal} for a wrong size. After an Error only destruction
  // is left.
  void write(const Canvas& picture, const Canvas* opacity = nullptr);
  VideoSummary
  finish();  // flushes, writes the index, checks that every byte went out; once, after at least one picture

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace spectradiff
