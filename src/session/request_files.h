// Which files a request reads and writes, for its guard.
#pragma once

#include <string>

#include "spectradiff/base/file_guard.h"
#include "spectradiff/session/session_request.h"

namespace spectradiff {

// `run` are the request's own settings of that kind.
void add_read_files(FileGuard& guard, const SessionRequest& request, const RunSettings& run);
void add_output(FileGuard& guard, const std::string& output);  // a file, a pattern of frames, "-" or empty

}  // namespace spectradiff
