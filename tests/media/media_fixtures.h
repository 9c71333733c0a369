// Synthetic songs and pictures, and what libav's decoders make of a finished file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "spectradiff/base/rational.h"
#include "spectradiff/image/canvas.h"
#include "spectradiff/media/video_writer.h"

namespace spectradiff::test {

// A folder of the test's own, removed with it.
class TempFolder {
 public:
  TempFolder();
  ~TempFolder();
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

struct Sound {
  int rate_hz = 44100;
  int channels = 1;
  std::vector<float> samples;  // [frames][channels]
  int64_t frames() const { return static_cast<int64_t>(samples.size()) / channels; }
};

// Silence with a 20 ms chirp in every channel starting at each of `starts` (samples).
Sound chirps(int rate_hz, int channels, int64_t frames, const std::vector<int64_t>& starts);

// How many samples after `expected` the chirp is found (by correlation, within ±40 ms) in channel 0, when the
// sound's first sample has the time `first_sample`.
int64_t chirp_offset(const Sound& sound, int64_t expected, int64_t first_sample = 0);

// The correlation at index `start` relative to the chirp's own energy: 1 for an untouched one.
double chirp_strength(const Sound& sound, int64_t start);

// `sound` as a file of its own, by libav's encoder `codec` and the muxer of the extension. False when this
// libav lacks the encoder.
bool write_sound(const std::filesystem::path& path, const Sound& sound, const std::string& codec,
                 const std::string& muxer_options = "");

// The track that gives `sound`; it is copied.
SoundTrack track_of(const Sound& sound, const std::filesystem::path& file, bool lossless, bool whole = true);

// Moving gradients with a number-dependent hue: every picture differs.
Canvas test_picture(Size size, int64_t index);

struct Decoded {
  Sound sound;
  double sound_start_s = 0;  // of the first decoded sample
  std::string sound_codec;
  std::vector<double> picture_times_s;
  std::string pixel_format;
  // First and last picture as planes; rounded to 8 bits, [plane][row][column] without padding.
  std::vector<std::vector<uint8_t>> first_planes, last_planes;
  Size size;
  int chroma_shift = 0;    // across: 1 for 4:2:0 and 4:2:2
  int chroma_shift_y = 0;  // down: 1 for 4:2:0
  int matrix = 0, primaries = 0, transfer = 0, range = 0,
      chroma_location = 0;  // ITU-T H.273 numbers; range 1 limited
  Rational frame_rate;
  std::string title, comment;
};

// Everything a player would show and play: edit lists, codec delays and discards honoured.
Decoded decode(const std::filesystem::path& path);

std::string file_bytes(const std::filesystem::path& path);

// Writes `pictures` test pictures and the sound with these settings.
VideoSummary write_video(const VideoSettings& settings, const std::filesystem::path& path, int64_t pictures,
                         const std::optional<SoundTrack>& sound = std::nullopt);

VideoSettings small_settings(Container container, Rational fps = Rational(15));

}  // namespace spectradiff::test
