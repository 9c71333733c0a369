// The text of a batch: jobs as objects of settings.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "spectradiff/base/json.h"

namespace spectradiff {

struct JobList {
  Json defaults = Json::object();  // below the settings of every job
  std::vector<Json> jobs;          // not looked at yet
};

// An array, {"defaults": {…}, "jobs": […]} or one object per line. Error{usage}, its message beginning with
// `source`, for anything else and for no jobs at all.
JobList read_job_list(const std::string& text, const std::string& source);

// The job's "id", or its index. Error{usage} for one that is neither a whole number nor a plain text.
std::string job_id(const Json& job, size_t index, const std::string& source);

}  // namespace spectradiff
