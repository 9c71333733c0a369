// Many jobs from one file or one sweep.
#pragma once

#include <string>
#include <vector>

#include "arguments.h"

namespace spectradiff {

// What render would be called with.
struct BatchJob {
  std::string id;       // unique
  Arguments arguments;  // with the job's own settings among `told`, and an output
  std::string fault;    // why it cannot run; empty: nothing known yet
};

// The jobs of `text`: an array, {"defaults": {…}, "jobs": […]} or one object per line. Beside the flat keys a
// job holds "audio" and may hold "id" (default: its index); its settings stand above --config and below the
// environment. Where it has a sweep it is a job per value. Error{usage} for what is no such file and for ids
// that are there twice; what is wrong with one job is its fault.
std::vector<BatchJob> read_batch(const std::string& text, const std::string& source,
                                 const Arguments& arguments);

// A job per combination of values, named in its id and output: "song-strength-0.4.mp4",
// "frames-strength-0.4/%05d.png". One job without a sweep.
std::vector<BatchJob> expand_sweep(BatchJob job);

}  // namespace spectradiff
