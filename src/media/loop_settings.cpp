#include "loop_settings.h"

#include "video_encoder.h"

namespace spectradiff {
namespace {

constexpr LoopEncoder kEncoders[] = {
    {Container::gif, "gif", AV_PIX_FMT_PAL8, AV_PIX_FMT_NONE},
    {Container::webp, "libwebp_anim", AV_PIX_FMT_RGB32, AV_PIX_FMT_RGB32},
    {Container::apng, "apng", AV_PIX_FMT_RGB24, AV_PIX_FMT_RGBA},
};

constexpr int kMostSide = 16383;  // WebP's

}  // namespace

const LoopEncoder& loop_encoder(const VideoSettings& settings) {
  for (const LoopEncoder& row : kEncoders) {
    if (row.container == settings.container) return row;
  }
  throw_error(ErrorKind::internal, ".{} is no loop", container_name(settings.container));
}

void check_loop_settings(const VideoSettings& settings) {
  const char* name = container_name(settings.container);
  if (settings.video_codec != name) {
    throw_error(ErrorKind::usage,
                "video_codec = {} cannot go into .{}; leave it out, or end the name in .mp4",
                settings.video_codec, name);
  }
  check_rate(settings.fps);
  const Size painted = settings.picture_size, size = settings.output_size;
  if (painted.width < 1 || painted.height < 1)
    throw_error(ErrorKind::internal, "pictures of {}x{} were announced", painted.width, painted.height);
  if (size.width < 1 || size.height < 1 || size.width > kMostSide || size.height > kMostSide)
    throw_error(ErrorKind::usage, "output_size = {}x{} is outside 1x1..{}x{}", size.width, size.height,
                kMostSide, kMostSide);
  const LoopEncoder& encoder = loop_encoder(settings);
  if (settings.transparent && encoder.transparent == AV_PIX_FMT_NONE) {
    throw_error(
        ErrorKind::usage,
        "background = transparent: a .{} has no half-transparent pixels; end the name in .webp or .apng",
        name);
  }
  if (avcodec_find_encoder_by_name(encoder.name) == nullptr)
    throw_error(ErrorKind::usage,
                "output = *.{} needs the encoder {}, which this libavcodec was built without", name,
                encoder.name);
}

}  // namespace spectradiff
