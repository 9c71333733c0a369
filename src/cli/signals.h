// Ctrl-C and friends, as a count that the render asks for.
#pragma once

#include <atomic>

namespace spectradiff {

// Writing into a closed pipe or beyond a size limit becomes an error instead of a signal.
void make_output_faults_errors();

// From now on SIGINT, SIGTERM and SIGHUP (unless ignored) are counted; until then they end the process at
// once, which is right while nothing is written. The third request ends it in any case.
void install_signal_handlers();

const std::atomic<int>& stop_requests();

// Restores the default of the signal that asked for the stop and raises it again, so that the shell sees 130
// or 143.
[[noreturn]] void raise_stop_signal();

}  // namespace spectradiff
