#include "signals.h"

#include <unistd.h>
#include <csignal>
#include <cstdlib>

namespace spectradiff {
namespace {

// A handler can reach nothing but globals; these two are all it touches.
std::atomic<int> requests{0};
std::atomic<int> last_signal{0};

extern "C" void count_stop_request(int signal_number) {
  last_signal.store(signal_number);
  if (requests.fetch_add(1) >= 2) _exit(128 + signal_number);
}

}  // namespace

void make_output_faults_errors() {
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
}

void install_signal_handlers() {
  struct sigaction action = {};
  action.sa_handler = count_stop_request;
  sigemptyset(&action.sa_mask);
  action.sa_flags = SA_RESTART;
  for (const int signal_number : {SIGINT, SIGTERM, SIGHUP}) {
    struct sigaction before = {};
    sigaction(signal_number, nullptr, &before);
    if (before.sa_handler != SIG_IGN) sigaction(signal_number, &action, nullptr);
  }
}

const std::atomic<int>& stop_requests() {
  return requests;
}

void raise_stop_signal() {
  const int signal_number = last_signal.load();
  std::signal(signal_number, SIG_DFL);
  std::raise(signal_number);
  std::_Exit(128 + signal_number);
}

}  // namespace spectradiff
