#include "spectradiff/media/motion.h"

#include <dlfcn.h>

extern "C" {
#include <libavfilter/avfilter.h>
#include <libavfilter/buffersink.h>
#include <libavfilter/buffersrc.h>
}

#include <algorithm>

#include "libav.h"

namespace spectradiff {
namespace {

#ifdef __APPLE__
constexpr const char* kLibrary = "libavfilter." AV_STRINGIFY(LIBAVFILTER_VERSION_MAJOR) ".dylib";
#else
constexpr const char* kLibrary = "libavfilter.so." AV_STRINGIFY(LIBAVFILTER_VERSION_MAJOR);
#endif

// libavfilter comes with some thirty libraries of its own, a BLAS among them: loaded when it is needed, it
// costs other runs nothing, and loaded for itself, libtorch does not find that BLAS in place of its own.
struct FilterLibrary {
  FilterLibrary() {
    quiet_libav();
    void* library = dlopen(kLibrary, RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) refuse();
    find(library, "avfilter_version", version);
    find(library, "avfilter_get_by_name", get_by_name);
    find(library, "avfilter_graph_alloc", graph_alloc);
    find(library, "avfilter_graph_free", graph_free);
    find(library, "avfilter_graph_parse2", graph_parse2);
    find(library, "avfilter_graph_config", graph_config);
    find(library, "av_buffersrc_write_frame", write_frame);
    find(library, "av_buffersink_get_frame", get_frame);
    if (get_by_name("minterpolate") == nullptr)
      throw_error(ErrorKind::usage, "{} has no filter minterpolate; {}", kLibrary, kRemedy);
  }

  decltype(&avfilter_version) version = nullptr;
  decltype(&avfilter_get_by_name) get_by_name = nullptr;
  decltype(&avfilter_graph_alloc) graph_alloc = nullptr;
  decltype(&avfilter_graph_free) graph_free = nullptr;
  decltype(&avfilter_graph_parse2) graph_parse2 = nullptr;
  decltype(&avfilter_graph_config) graph_config = nullptr;
  decltype(&av_buffersrc_write_frame) write_frame = nullptr;
  decltype(&av_buffersink_get_frame) get_frame = nullptr;

 private:
  static constexpr const char* kRemedy =
      "--interpolate motion needs it: install ffmpeg's libavfilter (Debian: libavfilter8), or use "
      "--interpolate blend";

  [[noreturn]] static void refuse() {
    const char* reason = dlerror();
    throw_error(ErrorKind::usage, "{} cannot be loaded ({}); {}", kLibrary,
                reason != nullptr ? reason : "unknown reason", kRemedy);
  }

  template <typename Function>
  static void find(void* library, const char* name, Function& function) {
    function = reinterpret_cast<Function>(dlsym(library, name));
    if (function == nullptr) refuse();
  }
};

const FilterLibrary& filters() {
  static const FilterLibrary library;  // one that failed is looked for again
  return library;
}

struct FreeGraph {
  void operator()(AVFilterGraph* graph) const { filters().graph_free(&graph); }
};
using GraphPtr = std::unique_ptr<AVFilterGraph, FreeGraph>;

void check_filter(int code) {
  if (code < 0) throw_libav_error(ErrorKind::internal, code, "libavfilter's minterpolate failed");
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

// Source, minterpolate and sink, in this order. One thread: the callers have theirs.
GraphPtr make_graph(Size size, int parts) {
  GraphPtr graph(filters().graph_alloc());
  if (!graph) throw Error(ErrorKind::memory, "out of memory for libavfilter");
  graph->nb_threads = 1;
  // Blocks reach half their side beyond themselves, so that a picture holds two at least. Without its
  // detection of cuts, which would repeat pictures where music changes much.
  const int block = std::min(size.width, size.height) < 32 ? 8 : 16;
  const std::string chain = fmt::format(
      "buffer=video_size={}x{}:pix_fmt={}:time_base=1/1:pixel_aspect=1/1,"
      "minterpolate=fps={}:mi_mode=mci:mc_mode=obmc:me_mode=bilat:mb_size={}:scd=none,buffersink",
      size.width, size.height, static_cast<int>(kFormat), parts, block);
  AVFilterInOut* open_inputs = nullptr;
  AVFilterInOut* open_outputs = nullptr;  // the chain leaves none open
  check_filter(filters().graph_parse2(graph.get(), chain.c_str(), &open_inputs, &open_outputs));
  check_filter(filters().graph_config(graph.get(), nullptr));
  return graph;
}

}  // namespace

std::vector<Canvas> move_between(const Canvas& from, const Canvas& to, int parts) {
  quiet_libav();
  const GraphPtr graph = make_graph(from.size(), parts);
  // The filter looks a picture ahead, and its motion would follow from pictures before: each pair begins
  // anew.
  const FramePtr first = planes_of(from);
  const FramePtr second = planes_of(to);
  for (int64_t at = 0; at < 3; ++at) {
    AVFrame* frame = at == 0 ? first.get() : second.get();
    frame->pts = at;
    check_filter(filters().write_frame(graph->filters[0], frame));
  }
  AVFilterContext* sink = graph->filters[graph->nb_filters - 1];
  std::vector<Canvas> between;
  for (int part = 0; part < parts; ++part) {
    const FramePtr frame = make_av_frame();
    check_filter(filters().get_frame(sink, frame.get()));
    if (frame->pts != part || frame->format != kFormat)
      throw_error(ErrorKind::internal, "libavfilter's minterpolate gave picture {} in place of {}",
                  frame->pts, part);
    if (part > 0) between.push_back(picture_of(*frame));
  }
  return between;
}

std::string motion_library_version() {
  const unsigned version = filters().version();
  return fmt::format("{}.{}.{}", AV_VERSION_MAJOR(version), AV_VERSION_MINOR(version),
                     AV_VERSION_MICRO(version));
}

}  // namespace spectradiff
