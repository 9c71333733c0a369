// What one call of the program is told beside its job: files, streams and messages.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "spectradiff/base/json.h"
#include "spectradiff/render/render_job.h"
#include "spectradiff/render/shard.h"
#include "spectradiff/sonify/sonify.h"

namespace spectradiff {

struct RunSettings {
  std::string output;  // empty: not given; "-": stdout
  bool overwrite = false;
  std::string seed_csv, csv, json_out, plot;  // of analyze; empty: not given
  std::string series;                         // of analyze, as typed
  bool resume = true;                         // finished frames of an earlier run are used
  bool force = false;                         // goes on though the disk looks too small
  bool keep_frames = false;                   // they stay when the output is complete
  std::optional<double> time_limit_s;         // then it stops, to be gone on with
  std::optional<Shard> shard;                 // the part of the render that is made; absent: all
  std::string song;                           // of assemble; empty: where the shards found it
  std::string config;                         // empty: none; "-": stdin
  std::string from;                           // a video whose settings are taken; empty: none
  std::string plan;                           // a printed plan that is rendered; empty: none
  std::vector<std::string> presets;
  std::string imported;  // settings of another program; empty: none
  bool draft = false;
  int frames_per_beat = 0;  // of slow; 0: the next multiple of four
  bool print_config = false, origin = false, dry_run = false;
  bool statistics = false;
  std::vector<std::pair<std::string, std::vector<Json>>> sweep;  // option key → a job per value
  bool fail_fast = false;                                        // of a batch or a sweep
  bool json = false, quiet = false, verbose = false;
  std::string progress = "auto";  // auto, always, never
  std::string log_file;
  std::string preview;  // of render and paint; empty: none; "-": to whoever watches the run
  std::string inits;    // the folder of a render's init pictures; empty: none
  std::string report;   // of render, paint and measure; empty: none
  std::string looks;    // of try, as typed; empty: the usual ones
  std::string aspect;   // of the video, "16:9"; empty: that of its size
  SonifySettings sonify;
};

// Everything that an option can set.
struct Settings {
  RenderJob job;
  RunSettings run;
};

}  // namespace spectradiff
