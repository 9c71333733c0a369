#include "stopping.h"

#include <algorithm>
#include <utility>

#include "signals.h"

namespace spectradiff {
namespace {

using Clock = std::chrono::steady_clock;
constexpr auto kPatience = std::chrono::milliseconds(1200);

}  // namespace

StopWatcher::StopWatcher(Console& console, std::optional<double> limit_s, std::function<bool()> abandon)
    : console_(console), abandon_(std::move(abandon)) {
  if (limit_s)
    limit_ =
        Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(*limit_s));
  install_signal_handlers();
  thread_ = std::thread([this] { watch(); });
}

StopWatcher::~StopWatcher() {
  tell_watcher(SignalWord::end);
  thread_.join();
}

void StopWatcher::watch() {
  bool is_stopping = false;
  std::optional<Clock::time_point> until = limit_;
  for (;;) {
    const std::optional<SignalWord> word = next_signal_word(until);
    if (word == SignalWord::end) return;
    if (word == SignalWord::where) {
      console_.tell_progress();
    } else if (!is_stopping) {
      is_stopping = true;
      until = Clock::now() + kPatience;
      console_.info(word ? "stopping" : "the time limit is reached: stopping");
      if (!word) note_stop_request();
    } else {
      if (abandon_()) raise_stop_signal();
      until.reset();
    }
  }
}

}  // namespace spectradiff
