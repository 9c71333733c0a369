// What each container takes and how each codec is asked for: the tables behind VideoSettings. Private to this
// module.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "libav.h"
#include "spectradiff/media/video_writer.h"

namespace spectradiff {

struct VideoCodecRow {
  const char* name;  // as the user writes it
  AVCodecID id;
  std::span<const char* const> encoders;  // libav's names, best first
  std::span<const char* const> containers;
  std::span<const char* const> pixel_formats;
  std::span<const char* const> presets;
  int crf_max;  // 0..crf_max
};

struct AudioCodecRow {
  const char* name;
  AVCodecID id;
  std::span<const char* const> encoders;
  std::span<const char* const> containers;
  AVSampleFormat sample_format;   // what the encoder takes
  int bits_per_raw_sample;        // 0: as the format says
  std::span<const int> rates_hz;  // ascending; empty: any
  int max_channels;
  bool lossless;  // audio_bitrate does not apply
};

// Error{usage} listing the known names.
const VideoCodecRow& video_codec_row(std::string_view name);
const AudioCodecRow& audio_codec_row(std::string_view name);

// The row of the contract's choice when nothing can be copied.
const AudioCodecRow& default_audio_codec(Container container, bool lossless_source);

bool may_copy_into(Container container, AVCodecID codec);

const char* container_name(Container container);  // "mp4"
const char* muxer_name(Container container);      // libav's: "matroska"

// The rate nearest to `rate_hz` that loses least: itself, else the largest below it, else the smallest.
int nearest_rate_hz(const AudioCodecRow& row, int rate_hz);

// "a, b, c" of a table's names.
std::string list_names(std::span<const char* const> names);
bool names_contain(std::span<const char* const> names, std::string_view name);

}  // namespace spectradiff
