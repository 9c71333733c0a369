// libavfilter, loaded when it is needed. Private to this module.
#pragma once

extern "C" {
#include <libavfilter/avfilter.h>
#include <libavfilter/buffersink.h>
#include <libavfilter/buffersrc.h>
}

#include <memory>
#include <string>

#include "libav.h"

namespace spectradiff {

// libavfilter comes with some thirty libraries of its own, a BLAS among them: loaded when it is needed, it
// costs other runs nothing, and loaded for itself, libtorch does not find that BLAS in place of its own.
struct FilterLibrary {
  FilterLibrary();

  decltype(&avfilter_version) version = nullptr;
  decltype(&avfilter_get_by_name) get_by_name = nullptr;
  decltype(&avfilter_graph_alloc) graph_alloc = nullptr;
  decltype(&avfilter_graph_free) graph_free = nullptr;
  decltype(&avfilter_graph_parse2) graph_parse2 = nullptr;
  decltype(&avfilter_graph_config) graph_config = nullptr;
  decltype(&av_buffersrc_write_frame) write_frame = nullptr;
  decltype(&av_buffersink_get_frame) get_frame = nullptr;
};

// With the filter `name` in it. Error{usage} where it cannot be had, with what to do: "--interpolate motion
// needs it" and "use --interpolate blend".
const FilterLibrary& filters(const char* name, const char* who_needs_it, const char* else_do);

struct FreeGraph {
  void (*free)(AVFilterGraph**);
  void operator()(AVFilterGraph* graph) const { free(&graph); }
};
using GraphPtr = std::unique_ptr<AVFilterGraph, FreeGraph>;

// A chain that leaves no pad open, of one thread: the callers have theirs. Error{internal}.
GraphPtr make_graph(const FilterLibrary& library, const std::string& chain);

// The graph's n-th filter of a kind: "buffer", "buffersink".
AVFilterContext* filter_of(const AVFilterGraph& graph, const char* kind, int number = 0);

void check_filter(int code);  // Error{internal}

}  // namespace spectradiff
