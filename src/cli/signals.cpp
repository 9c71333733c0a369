#include "signals.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>

namespace spectradiff {
namespace {

using Clock = std::chrono::steady_clock;

// A handler can reach nothing but globals; these are all it touches.
std::atomic<int> requests{0};
std::atomic<int> last_signal{0};
constexpr int kPerRequest = 2;            // drops the frames in hand too
std::array<int, 2> pipe_ends = {-1, -1};  // a pipe, from the handler to the watcher

void send(SignalWord word) {
  const char byte = static_cast<char>(word);
  [[maybe_unused]] const ssize_t sent = write(pipe_ends[1], &byte, 1);
}

extern "C" void take_stop_request(int signal_number) {
  const int error = errno;
  last_signal.store(signal_number);
  if (requests.fetch_add(kPerRequest) >= 2 * kPerRequest) _exit(128 + signal_number);
  send(SignalWord::stop);
  errno = error;
}

extern "C" void take_question(int) {
  const int error = errno;
  send(SignalWord::where);
  errno = error;
}

void handle(int signal_number, void (*handler)(int)) {
  struct sigaction action = {}, before = {};
  action.sa_handler = handler;
  sigemptyset(&action.sa_mask);
  action.sa_flags = SA_RESTART;
  sigaction(signal_number, nullptr, &before);
  if (before.sa_handler != SIG_IGN) sigaction(signal_number, &action, nullptr);
}

}  // namespace

void make_output_faults_errors() {
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
}

void install_signal_handlers() {
  if (pipe_ends[0] < 0 && pipe2(pipe_ends.data(), O_CLOEXEC | O_NONBLOCK) != 0) pipe_ends = {-1, -1};
  for (const int signal_number : {SIGINT, SIGTERM, SIGHUP}) handle(signal_number, take_stop_request);
  handle(SIGUSR1, take_question);
}

const std::atomic<int>& stop_requests() {
  return requests;
}

void note_stop_request() {
  last_signal.store(SIGTERM);
  requests.fetch_add(kPerRequest);
}

std::optional<SignalWord> next_signal_word(std::optional<Clock::time_point> until) {
  for (;;) {
    int wait_ms = -1;
    if (until) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(*until - Clock::now()).count();
      wait_ms = static_cast<int>(std::clamp<int64_t>(left, 0, 3'600'000));
    }
    pollfd from = {pipe_ends[0], POLLIN, 0};
    const int ready = poll(&from, 1, wait_ms);
    char byte = 0;
    if (ready > 0 && read(pipe_ends[0], &byte, 1) == 1) return static_cast<SignalWord>(byte);
    if (ready == 0 && until && Clock::now() >= *until) return std::nullopt;
  }
}

void tell_watcher(SignalWord word) {
  send(word);
}

void raise_stop_signal() {
  const int signal_number = last_signal.load();
  std::signal(signal_number, SIG_DFL);
  std::raise(signal_number);
  std::_Exit(128 + signal_number);
}

}  // namespace spectradiff
