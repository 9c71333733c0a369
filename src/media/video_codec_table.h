// The video codecs on offer, and how each encoder of libav is asked for what VideoSettings says. Private to
// this module.
#pragma once

#include <span>
#include <string_view>

#include "libav.h"
#include "spectradiff/media/video_writer.h"

namespace spectradiff {

struct VideoEncoderRow {
  const char* name;  // libav's
  std::span<const char* const> pixel_formats;
  int min_side;  // pixels
  int threads;   // where its bytes depend on them; 0: as VideoSettings says
  // Quality and speed; everything else of the context is set already.
  void (*configure)(AVCodecContext& context, const VideoSettings& settings);
};

struct VideoCodecRow {
  const char* name;                           // as the user writes it
  std::span<const VideoEncoderRow> encoders;  // best first
  std::span<const char* const> containers;
  int crf_max;           // 0..crf_max; 0: the codec has no such scale
  const char* no_scale;  // then: what stands for it
};

// Error{usage} listing the known names.
const VideoCodecRow& video_codec_row(std::string_view name);
std::span<const VideoCodecRow> video_codec_rows();

// The best encoder that this libav has for the codec, pixel format and size. Error{usage} naming what is not
// offered and what is: a codec without an encoder here, its pixel formats, its smallest size.
const VideoEncoderRow& video_encoder_row(const VideoCodecRow& codec, const VideoSettings& settings);

// The pixel format with opacity that stands for settings.pixel_format: of vp9 at 8 bits and 4:2:0 only, of
// prores always 4444. Error{usage} where the codec has none.
AVPixelFormat transparent_format(const VideoCodecRow& codec, const VideoSettings& settings);

// "ultrafast" to "veryslow", fastest first.
std::span<const char* const> encoder_preset_names();

}  // namespace spectradiff
