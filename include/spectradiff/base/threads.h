// How many threads a job may use.
#pragma once

#include <algorithm>
#include <thread>

namespace spectradiff {

// `asked`, or one per core for 0; at least 1.
inline int thread_count(int asked) {
  return asked > 0 ? asked : static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
}

}  // namespace spectradiff
