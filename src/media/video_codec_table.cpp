#include "video_codec_table.h"

extern "C" {
#include <libavutil/opt.h>
#include <libavutil/pixdesc.h>
}

#include <algorithm>
#include <array>

#include "codec_table.h"

namespace spectradiff {
namespace {

constexpr const char* kPresets[] = {"ultrafast", "superfast", "veryfast", "faster",  "fast",
                                    "medium",    "slow",      "slower",   "veryslow"};
using Speeds = std::array<int, std::size(kPresets)>;

// An encoder's own number for a preset.
int64_t speed_of(const VideoSettings& settings, const Speeds& speeds) {
  const auto* place = std::find(std::begin(kPresets), std::end(kPresets), settings.encoder_preset);
  return speeds[static_cast<size_t>(place - std::begin(kPresets))];
}

int bit_depth(const AVCodecContext& context) {
  return av_pix_fmt_desc_get(context.pix_fmt)->comp[0].depth;
}

void set_text(AVCodecContext& context, const char* name, const std::string& value) {
  av_opt_set(context.priv_data, name, value.c_str(), 0);
}
void set_number(AVCodecContext& context, const char* name, int64_t value) {
  av_opt_set_int(context.priv_data, name, value, 0);
}

// What makes an encoder's bytes the same everywhere. Equal pictures give equal bytes whatever the machine
// has: as many cores as it likes, and more or fewer vector instructions. Each encoder here is asked for that:
// - libx264's bytes depend on how many pictures it works on at once, a number that it writes into the stream.
//   So it gets a number of its own, not the machine's. On 2 cores, 12 threads cost 3 % more processor time
//   than 3 and 100 MB at 1280x720 (4 % of bytes either way), and they keep most of 16 cores busy.
// - libaom-av1 makes other bytes with one thread than with several, however many: always several.
// - libx265's depend on the pictures under way (frame-threads), not on the threads that work on them (pools).
// - libvpx-vp9's, prores_ks's and ffv1's depend on neither, as long as vp9's rows wait for each other
//   (row-mt 0).
// - libx264's AVX-512 code reads memory that it never wrote: its bytes then depend on what the process did
//   before. Its AVX2 code does not.
// What is left is the version of each library.
constexpr int kAnyThreads = 0;  // as many as VideoSettings says

void configure_x264(AVCodecContext& context, const VideoSettings& settings) {
  // More than 8 bits go below 0 on x264's scale.
  const bool lossless = settings.crf == 0 && bit_depth(context) > 8;
  set_number(context, lossless ? "qp" : "crf", settings.crf);
  set_text(context, "preset", settings.encoder_preset);
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f")) set_text(context, "x264-params", "asm=avx2");
#endif
}

void configure_x265(AVCodecContext& context, const VideoSettings& settings) {
  set_number(context, "crf", settings.crf);
  set_text(context, "preset", settings.encoder_preset);
  // Its log goes to stderr and its settings into the stream, whatever libav is told.
  std::string parameters = "log-level=none:info=0:frame-threads=2";
  if (settings.threads > 0) parameters += fmt::format(":pools={}", settings.threads);
  if (settings.crf == 0) parameters += ":lossless=1";
  set_text(context, "x265-params", parameters);
}

void configure_vp9(AVCodecContext& context, const VideoSettings& settings) {
  context.bit_rate = 0;  // else crf is only a floor
  set_number(context, "crf", settings.crf);
  set_text(context, "deadline", "good");
  set_number(context, "cpu-used", speed_of(settings, Speeds{5, 5, 4, 4, 3, 2, 1, 1, 0}));
  set_number(context, "row-mt", 0);
  set_number(context, "tile-columns", 2);
  if (settings.crf == 0) set_number(context, "lossless", 1);
}

void configure_aom(AVCodecContext& context, const VideoSettings& settings) {
  context.bit_rate = 0;
  set_number(context, "crf", settings.crf);
  set_number(context, "cpu-used", speed_of(settings, Speeds{6, 6, 6, 5, 5, 4, 3, 2, 1}));
  set_number(context, "row-mt", 1);
  if (settings.crf == 0) set_text(context, "aom-params", "lossless=1");
}

void configure_prores(AVCodecContext& context, const VideoSettings&) {
  const bool full_chroma = av_pix_fmt_desc_get(context.pix_fmt)->log2_chroma_w == 0;
  set_text(context, "profile", full_chroma ? "4444" : "hq");
  set_text(context, "vendor", "apl0");  // what Apple's own tools look for
}

void configure_ffv1(AVCodecContext& context, const VideoSettings&) {
  context.level = 3;     // slices with checksums
  context.gop_size = 1;  // every picture by itself: seekable, and damage stays in its picture
  context.slices = 4;
  set_number(context, "slicecrc", 1);
}

constexpr const char* kMp4Family[] = {"mp4", "mov", "mkv"};
constexpr const char* kEverywhere[] = {"mp4", "mov", "mkv", "webm"};
constexpr const char* kWebmFamily[] = {"mkv", "webm"};
constexpr const char* kStudio[] = {"mov", "mkv"};
constexpr const char* kMatroska[] = {"mkv"};

constexpr const char* kYuv[] = {"yuv420p", "yuv422p", "yuv444p", "yuv420p10le", "yuv422p10le", "yuv444p10le"};
constexpr const char* kProresFormats[] = {"yuv422p10le", "yuv444p10le"};

constexpr VideoEncoderRow kH264[] = {{"libx264", kYuv, 16, 12, configure_x264}};
constexpr VideoEncoderRow kHevc[] = {{"libx265", kYuv, 16, kAnyThreads, configure_x265}};
constexpr VideoEncoderRow kVp9[] = {{"libvpx-vp9", kYuv, 16, kAnyThreads, configure_vp9}};
// Not libsvtav1: closed after no or few pictures, as every check of settings does, 1.4 never returns.
constexpr VideoEncoderRow kAv1[] = {{"libaom-av1", kYuv, 16, 16, configure_aom}};
constexpr VideoEncoderRow kProres[] = {{"prores_ks", kProresFormats, 16, kAnyThreads, configure_prores}};
constexpr VideoEncoderRow kFfv1[] = {{"ffv1", kYuv, 16, kAnyThreads, configure_ffv1}};

constexpr VideoCodecRow kVideoCodecs[] = {
    {"h264", kH264, kMp4Family, 51, ""},
    {"hevc", kHevc, kMp4Family, 51, ""},
    {"vp9", kVp9, kWebmFamily, 63, ""},
    {"av1", kAv1, kEverywhere, 63, ""},
    {"prores", kProres, kStudio, 0, "whose quality is that of its profile, HQ or 4444 by pixel_format"},
    {"ffv1", kFfv1, kMatroska, 0, "which is lossless"},
};

bool is_here(const VideoEncoderRow& row) {
  return avcodec_find_encoder_by_name(row.name) != nullptr;
}

[[noreturn]] void refuse_absent(const VideoCodecRow& codec, Container container) {
  std::string needed, others;
  for (const VideoEncoderRow& row : codec.encoders)
    needed += (needed.empty() ? "" : " or ") + std::string(row.name);
  for (const VideoCodecRow& row : kVideoCodecs) {
    const bool fits = names_contain(row.containers, container_name(container));
    if (fits && std::any_of(row.encoders.begin(), row.encoders.end(), is_here))
      others += (others.empty() ? "" : ", ") + std::string(row.name);
  }
  throw_error(
      ErrorKind::usage,
      "video_codec = {} needs the encoder {}, which this libavcodec was built without; for .{} it has "
      "{}",
      codec.name, needed, container_name(container), others.empty() ? "none" : others);
}

}  // namespace

std::span<const VideoCodecRow> video_codec_rows() {
  return kVideoCodecs;
}

const VideoCodecRow& video_codec_row(std::string_view name) {
  return row_named<VideoCodecRow>(kVideoCodecs, name, "video_codec");
}

const VideoEncoderRow& video_encoder_row(const VideoCodecRow& codec, const VideoSettings& settings) {
  const int side = std::min(settings.output_size.width, settings.output_size.height);
  std::string formats;
  int min_side = 0;
  bool any = false;
  for (const VideoEncoderRow& row : codec.encoders) {
    if (!is_here(row)) continue;
    any = true;
    if (!names_contain(row.pixel_formats, settings.pixel_format)) {
      // The last encoder takes every format of those before it.
      formats = list_names(row.pixel_formats);
    } else if (side < row.min_side) {
      min_side = row.min_side;
    } else {
      return row;
    }
  }
  if (!any) refuse_absent(codec, settings.container);
  if (min_side > 0) {
    throw_error(ErrorKind::usage, "output_size = {}x{} is too small for {} in {}; the smallest is {}x{}",
                settings.output_size.width, settings.output_size.height, codec.name, settings.pixel_format,
                min_side, min_side);
  }
  throw_error(ErrorKind::usage, "pixel_format = {} does not go with {}, which takes {}",
              settings.pixel_format, codec.name, formats);
}

AVPixelFormat transparent_format(const VideoCodecRow& codec, const VideoSettings& settings) {
  const std::string_view name = codec.name;
  if (name == "prores") return AV_PIX_FMT_YUVA444P10LE;
  const bool is_known = name == "ffv1" || (name == "vp9" && settings.pixel_format == "yuv420p");
  if (is_known) return av_get_pix_fmt(("yuva" + settings.pixel_format.substr(3)).c_str());
  throw_error(
      ErrorKind::usage,
      "background = transparent: {} in {} keeps no opacity; write .webm (vp9 in yuv420p), .mov (prores), "
      ".mkv (ffv1), .webp, .apng or frames/%05d.png",
      name, settings.pixel_format);
}

std::string default_pixel_format(const std::string& video_codec) {
  const auto& formats = video_codec_row(video_codec).encoders.front().pixel_formats;
  return formats.front();
}

std::span<const char* const> encoder_preset_names() {
  return kPresets;
}

}  // namespace spectradiff
