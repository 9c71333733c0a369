// analyze: what is heard, as numbers and as a picture.
#include "commands.h"
#include "outputs.h"
#include "signals.h"
#include "spectradiff/base/error.h"
#include "spectradiff/session/analysis.h"

namespace spectradiff {
namespace {

// One thing alone may be written to stdout, and a picture not to a terminal.
void check_stdout(const RunSettings& run) {
  std::string taken = run.json ? "--json" : "";
  for (const auto& [option, path] : {std::pair("seed_csv", run.seed_csv), std::pair("csv", run.csv),
                                     std::pair("json_out", run.json_out), std::pair("plot", run.plot)}) {
    if (path != "-") continue;
    const std::string name = flag_of(option) + " -";
    if (!taken.empty())
      throw_error(ErrorKind::usage, "{} and {} both write stdout; give one of them a file name", taken, name);
    taken = name;
  }
  refuse_terminal("plot", run.plot, "show a PNG; pipe it or name a file: --plot song.png");
}

}  // namespace

int run_analyze(const Arguments& arguments, Console& console) {
  const RunSettings& run = arguments.run;
  if (run.print_config) {
    console.answer_json(resolved_settings(arguments.request(), run.origin, console));
    return kComplete;
  }
  check_stdout(run);
  Analysis analysis = Analysis::open(arguments.request(), console);
  const bool writes = !(run.seed_csv + run.csv + run.json_out + run.plot).empty();
  if (!writes && !run.json) console.answer(analysis.summary());
  install_signal_handlers();
  const bool complete = analysis.run(stop_requests(), [&](std::string_view text) { console.answer(text); });
  return complete ? kComplete : kStopped;
}

}  // namespace spectradiff
