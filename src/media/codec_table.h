// What each container takes, and the sound codecs: tables behind VideoSettings. Private to this module.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "libav.h"
#include "spectradiff/media/video_writer.h"

namespace spectradiff {

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
const AudioCodecRow& audio_codec_row(std::string_view name);

// The row of the contract's choice when nothing can be copied.
const AudioCodecRow& default_audio_codec(Container container, bool lossless_source);

bool may_copy_into(Container container, AVCodecID codec);

const char* muxer_name(Container container);  // libav's: "matroska"

// The rate nearest to `rate_hz` that loses least: itself, else the largest below it, else the smallest.
int nearest_rate_hz(const AudioCodecRow& row, int rate_hz);

// The row of that name. Error{usage} "<what> = <name> is not one of …".
template <typename Row>
const Row& row_named(std::span<const Row> rows, std::string_view name, const char* what) {
  std::string known;
  for (const Row& row : rows) {
    if (row.name == name) return row;
    known += (known.empty() ? "" : ", ") + std::string(row.name);
  }
  throw_error(ErrorKind::usage, "{} = {} is not one of {}", what, name, known);
}

// "a, b, c" of a table's names.
std::string list_names(std::span<const char* const> names);
bool names_contain(std::span<const char* const> names, std::string_view name);

}  // namespace spectradiff
