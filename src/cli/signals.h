// Ctrl-C and friends, as a count that the render asks for and as words for whoever watches.
#pragma once

#include <atomic>
#include <chrono>
#include <optional>

namespace spectradiff {

// Writing into a closed pipe or beyond a size limit becomes an error instead of a signal.
void make_output_faults_errors();

// From now on SIGINT, SIGTERM and SIGHUP (unless ignored) ask for a stop and SIGUSR1 asks where the run is;
// until then they end the process at once, which is right while nothing is written. The third request ends it
// in any case.
void install_signal_handlers();

// As Session::run takes it: the first request drops the frames in hand already, what is finished is kept.
const std::atomic<int>& stop_requests();
void note_stop_request();  // as if SIGTERM had come

enum class SignalWord { stop, where, end };

// For one thread: the next word, waited for until then; nothing when the time has come.
std::optional<SignalWord> next_signal_word(std::optional<std::chrono::steady_clock::time_point> until);
void tell_watcher(SignalWord word);

// Restores the default of the signal that asked for the stop and raises it again, so that the shell sees 130
// or 143.
[[noreturn]] void raise_stop_signal();

}  // namespace spectradiff
