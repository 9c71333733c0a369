// What becomes of a run that is to stop.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <thread>

#include "console.h"

namespace spectradiff {

// Watches the signals while a run goes on. The first that asks for a stop is answered at once; the run then
// has a moment to come to its end, and is abandoned where it does not: `abandon` saves what is finished, from
// the watcher's thread, and the process ends, unless it says that the run is too far for that. A second
// signal does so at once. SIGUSR1 says where the run is. With a limit (seconds) it is as if SIGTERM came
// after it.
class StopWatcher {
 public:
  StopWatcher(Console& console, std::optional<double> limit_s, std::function<bool()> abandon);
  ~StopWatcher();  // the run has come to its end
  StopWatcher(const StopWatcher&) = delete;
  StopWatcher& operator=(const StopWatcher&) = delete;

 private:
  void watch();

  Console& console_;
  std::optional<std::chrono::steady_clock::time_point> limit_;
  std::function<bool()> abandon_;
  std::thread thread_;
};

}  // namespace spectradiff
