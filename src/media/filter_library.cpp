#include "filter_library.h"

#include <dlfcn.h>

#include <string_view>

namespace spectradiff {
namespace {

#ifdef __APPLE__
constexpr const char* kLibrary = "libavfilter." AV_STRINGIFY(LIBAVFILTER_VERSION_MAJOR) ".dylib";
#else
constexpr const char* kLibrary = "libavfilter.so." AV_STRINGIFY(LIBAVFILTER_VERSION_MAJOR);
#endif

[[noreturn]] void refuse() {
  const char* reason = dlerror();
  throw Error(ErrorKind::usage, fmt::format("{} cannot be loaded ({})", kLibrary,
                                            reason != nullptr ? reason : "unknown reason"));
}

template <typename Function>
void find(void* library, const char* name, Function& function) {
  function = reinterpret_cast<Function>(dlsym(library, name));
  if (function == nullptr) refuse();
}

const FilterLibrary& loaded() {
  static const FilterLibrary library;  // one that failed is looked for again
  return library;
}

}  // namespace

FilterLibrary::FilterLibrary() {
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
}

const FilterLibrary& filters(const char* name, const char* who_needs_it, const char* else_do) {
  std::string problem;
  try {
    const FilterLibrary& library = loaded();
    if (library.get_by_name(name) != nullptr) return library;
    problem = fmt::format("{} has no filter {}", kLibrary, name);
  } catch (const Error& error) {
    problem = error.what();
  }
  throw_error(ErrorKind::usage, "{}; {} needs it: install ffmpeg's libavfilter (Debian: libavfilter8), or {}",
              problem, who_needs_it, else_do);
}

GraphPtr make_graph(const FilterLibrary& library, const std::string& chain) {
  GraphPtr graph(library.graph_alloc(), FreeGraph{library.graph_free});
  if (!graph) throw Error(ErrorKind::memory, "out of memory for libavfilter");
  graph->nb_threads = 1;
  AVFilterInOut* open_inputs = nullptr;
  AVFilterInOut* open_outputs = nullptr;  // the chain leaves none open
  check_filter(library.graph_parse2(graph.get(), chain.c_str(), &open_inputs, &open_outputs));
  check_filter(library.graph_config(graph.get(), nullptr));
  return graph;
}

AVFilterContext* filter_of(const AVFilterGraph& graph, const char* kind, int number) {
  for (unsigned i = 0; i < graph.nb_filters; ++i) {
    if (std::string_view(graph.filters[i]->filter->name) == kind && number-- == 0) return graph.filters[i];
  }
  throw_error(ErrorKind::internal, "a chain of libavfilter has no {}", kind);
}

void check_filter(int code) {
  if (code < 0) throw_libav_error(ErrorKind::internal, code, "libavfilter failed");
}

}  // namespace spectradiff
