// Ctrl-C and friends, as a count that the render asks for.
#pragma once

#include <atomic>

namespace spectradiff {

// Installs handlers for SIGINT, SIGTERM and SIGHUP (unless ignored) and ignores SIGPIPE. The third request
// ends the process at once.
void install_signal_handlers();

const std::atomic<int>& stop_requests();

// Restores the default of the signal that asked for the stop and raises it again, so that the shell sees 130
// or 143.
[[noreturn]] void raise_stop_signal();

}  // namespace spectradiff
