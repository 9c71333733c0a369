// still: one picture for each of some sounds.
#include "commands.h"
#include "signals.h"
#include "spectradiff/session/stills.h"

namespace spectradiff {

int run_still(const Arguments& arguments, Console& console) {
  install_signal_handlers();
  const bool complete = make_stills({arguments.subjects, arguments.layers}, console, stop_requests());
  return complete ? kComplete : kStopped;
}

}  // namespace spectradiff
