// assemble: the shards of a render become its video.
#include "commands.h"
#include "outputs.h"
#include "signals.h"
#include "stopping.h"

namespace spectradiff {

int run_assemble(const Arguments& arguments, Console& console) {
  const RunSettings& run = arguments.run;
  refuse_terminal("output", run.output, kShowVideo);
  SharedResources shared;
  Assembly assembly = Assembly::open(arguments.assembly_request(), shared, console);
  const StopWatcher watcher(console, std::nullopt, [&] { return shared.work.abandon(); });
  const Outcome outcome = assembly.run(stop_requests());
  tell_statistics(outcome, run, console);
  return outcome.complete ? kComplete : kStopped;
}

}  // namespace spectradiff
