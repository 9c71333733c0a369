// assemble: the shards of a render become its video.
#include "commands.h"
#include "signals.h"
#include "spectradiff/base/error.h"
#include "spectradiff/session/assembly.h"
#include "stopping.h"

namespace spectradiff {

int run_assemble(const Arguments& arguments, Console& console) {
  const RunSettings& run = arguments.run;
  refuse_terminal(run);
  SharedResources shared;
  Assembly assembly = Assembly::open(
      {{arguments.subjects.begin(), arguments.subjects.end()}, arguments.layers}, shared, console);
  const StopWatcher watcher(console, std::nullopt, [&] { return shared.work.abandon(); });
  const Outcome outcome = assembly.run(stop_requests());
  tell_statistics(outcome, run, console);
  return outcome.complete ? kComplete : kStopped;
}

}  // namespace spectradiff
