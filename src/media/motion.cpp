#include "spectradiff/media/motion.h"

#include <algorithm>

#include "filter_library.h"
#include "libav.h"

namespace spectradiff {
namespace {

const FilterLibrary& motion_library() {
  return filters("minterpolate", "--interpolate motion", "use --interpolate blend");
}

// minterpolate follows its first plane and moves all four alike. So luma leads, and red, green and blue
// travel as what it takes for U, V and A: exact, with no conversion of colours.
constexpr AVPixelFormat kFormat = AV_PIX_FMT_YUVA444P;

FramePtr planes_of(const Canvas& picture) {
  FramePtr frame = make_av_frame();
  frame->format = kFormat;
  frame->width = picture.width();
  frame->height = picture.height();
  check_filter(av_frame_get_buffer(frame.get(), 0));
  for (int y = 0; y < picture.height(); ++y) {
    const uint8_t* in = picture.row(y);
    uint8_t* out[4];
    for (int plane = 0; plane < 4; ++plane)
      out[plane] = frame->data[plane] + static_cast<ptrdiff_t>(y) * frame->linesize[plane];
    for (int x = 0; x < picture.width(); ++x, in += 3) {
      out[0][x] = static_cast<uint8_t>((77 * in[0] + 150 * in[1] + 29 * in[2] + 128) >> 8);
      for (int c = 0; c < 3; ++c) out[1 + c][x] = in[c];
    }
  }
  return frame;
}

Canvas picture_of(const AVFrame& frame) {
  Canvas picture({frame.width, frame.height});
  for (int y = 0; y < frame.height; ++y) {
    uint8_t* out = picture.row(y);
    for (int x = 0; x < frame.width; ++x)
      for (int c = 0; c < 3; ++c)
        *out++ = frame.data[1 + c][static_cast<ptrdiff_t>(y) * frame.linesize[1 + c] + x];
  }
  return picture;
}

GraphPtr make_motion(Size size, int parts) {
  // Blocks reach half their side beyond themselves, so that a picture holds two at least. Without its
  // detection of cuts, which would repeat pictures where music changes much.
  const int block = std::min(size.width, size.height) < 32 ? 8 : 16;
  return make_graph(
      motion_library(),
      fmt::format("buffer=video_size={}x{}:pix_fmt={}:time_base=1/1:pixel_aspect=1/1,"
                  "minterpolate=fps={}:mi_mode=mci:mc_mode=obmc:me_mode=bilat:mb_size={}:scd=none,"
                  "buffersink",
                  size.width, size.height, static_cast<int>(kFormat), parts, block));
}

}  // namespace

std::vector<Canvas> move_between(const Canvas& from, const Canvas& to, int parts) {
  quiet_libav();
  const GraphPtr graph = make_motion(from.size(), parts);
  // The filter looks a picture ahead, and its motion would follow from pictures before: each pair begins
  // anew.
  const FramePtr first = planes_of(from);
  const FramePtr second = planes_of(to);
  AVFilterContext* const source = filter_of(*graph, "buffer");
  AVFilterContext* const sink = filter_of(*graph, "buffersink");
  for (int64_t at = 0; at < 3; ++at) {
    AVFrame* frame = at == 0 ? first.get() : second.get();
    frame->pts = at;
    check_filter(motion_library().write_frame(source, frame));
  }
  std::vector<Canvas> between;
  for (int part = 0; part < parts; ++part) {
    const FramePtr frame = make_av_frame();
    check_filter(motion_library().get_frame(sink, frame.get()));
    if (frame->pts != part || frame->format != kFormat)
      throw_error(ErrorKind::internal, "libavfilter's minterpolate gave picture {} in place of {}",
                  frame->pts, part);
    if (part > 0) between.push_back(picture_of(*frame));
  }
  return between;
}

std::string motion_library_version() {
  const unsigned version = motion_library().version();
  return fmt::format("{}.{}.{}", AV_VERSION_MAJOR(version), AV_VERSION_MINOR(version),
                     AV_VERSION_MICRO(version));
}

}  // namespace spectradiff
