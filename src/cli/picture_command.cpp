// render and paint.
#include "commands.h"
#include "outputs.h"
#include "report_file.h"
#include "shell_words.h"
#include "signals.h"
#include "spectradiff/base/error.h"
#include "stopping.h"

namespace spectradiff {

int run_pictures(const Arguments& arguments, Console& console) {
  const RunSettings& run = arguments.run;
  if (!run.sweep.empty() && !run.report.empty())
    throw_error(ErrorKind::usage,
                "--report tells of one video, and --sweep makes several; measure each of them: "
                "spectradiff measure VIDEO SONG --report PAGE.html");
  if (!run.sweep.empty() && run.shard)
    throw_error(ErrorKind::usage, "sweep and shard do not go together; divide each of its videos by itself");
  if (run.fail_fast && run.sweep.empty())
    console.warn("--fail-fast changes nothing: one video is made; --sweep makes several");
  if (run.origin && !run.print_config)
    console.warn("--origin changes nothing: --print-config prints the settings, and then where each is from");
  if (!run.sweep.empty() && !run.print_config) return run_sweep(arguments, console);
  if (run.print_config) {
    console.answer_json(resolved_settings(arguments.request(), run.origin, console));
    return kComplete;
  }
  refuse_terminal("output", run.output, kShowVideo);
  if (run.preview == "-" && !run.dry_run) console.show_pictures();
  SharedResources shared;
  const auto purpose = run.dry_run ? Session::Purpose::look : Session::Purpose::run;
  Session session = Session::open(arguments.request(), shared, console, purpose);
  if (run.dry_run) {
    session.print_plan([&](std::string_view line) { console.answer(line); });
    return kComplete;
  }
  const std::string again = "go on with: " + shell_command(arguments.words);
  const bool can_go_on = run.output != "-";
  const StopWatcher watcher(console, run.time_limit_s, [&] {
    if (!shared.work.abandon()) return false;
    if (can_go_on) console.info(again);
    return true;
  });
  const Outcome outcome = session.run(stop_requests());
  if (!outcome.complete && can_go_on) console.info(again);
  tell_statistics(outcome, run, console);
  if (outcome.report) write_report(std::move(*outcome.report), arguments, console);
  return outcome.complete ? kComplete : kStopped;
}

}  // namespace spectradiff
