// render and paint.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <numeric>

#include "commands.h"
#include "report_file.h"
#include "reproduction.h"
#include "signals.h"
#include "spectradiff/base/error.h"
#include "spectradiff/base/text.h"
#include "spectradiff/config/options.h"
#include "spectradiff/config/plan_file.h"
#include "spectradiff/session/session.h"
#include "stopping.h"

namespace spectradiff {
namespace {

// Means of a curve's parts as a line of blocks, over the option's own extent.
std::string sparkline(const std::vector<double>& values, double low, double high) {
  constexpr std::array<const char*, 8> kBlocks = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  constexpr size_t kWidth = 48;
  const size_t width = std::min(kWidth, values.size());
  std::string line;
  for (size_t i = 0; i < width; ++i) {
    const auto begin = values.begin() + static_cast<int64_t>(i * values.size() / width);
    const auto end = values.begin() + static_cast<int64_t>((i + 1) * values.size() / width);
    const double mean = std::accumulate(begin, end, 0.0) / static_cast<double>(end - begin);
    const double part = high > low ? (mean - low) / (high - low) : 0;
    line += kBlocks[static_cast<size_t>(std::clamp(part * 8, 0.0, 7.0))];
  }
  return line;
}

double share_of(const Recipe& row, int prompt) {
  double share = 0;
  for (const PromptShare& each : row.prompts) share += each.prompt == prompt ? each.weight : 0;
  return share;
}

// One line per prompt and per moved option, for the person who looks at a dry run.
void summarise(const Session& session, Console& console) {
  const Plan& plan = session.plan();
  for (size_t i = 0; plan.prompts.size() > 1 && i < plan.prompts.size(); ++i) {
    const auto is_less_told = [&](const Recipe& one, const Recipe& other) {
      return share_of(one, static_cast<int>(i)) < share_of(other, static_cast<int>(i));
    };
    const auto row =
        std::max_element(plan.rows.begin(), plan.rows.end(), is_less_told);  // the first of equals
    if (share_of(*row, static_cast<int>(i)) == 0) continue;
    const auto& [prompt, negative] = plan.prompts[i];
    console.info(fmt::format("frame {}: \"{}\"{}", row->frame, prompt,
                             negative.empty() ? "" : ", not \"" + negative + "\""));
  }
  for (const auto& [key, values] : session.moved()) {
    const auto [low, high] = std::minmax_element(values.begin(), values.end());
    const double mean =
        std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
    const auto expression = session.job().expressions.find(key);
    const bool by_scenes = expression == session.job().expressions.end();
    console.info(fmt::format("{} = {}\n  {:.3g} to {:.3g}, mean {:.3g}  {}", key,
                             by_scenes ? "by --scenes" : expression->second, *low, *high, mean,
                             sparkline(values, *low, *high)));
  }
}

// "25 of 50 steps run at strength 0.5": what strength comes to.
void tell_steps(const Session& session, Console& console) {
  const auto& rows = session.plan().rows;
  const auto [least, most] = std::minmax_element(
      rows.begin(), rows.end(),
      [](const Recipe& one, const Recipe& other) { return one.numbers.strength < other.numbers.strength; });
  const double low = least->numbers.strength, high = most->numbers.strength;
  const int fewest = session.steps_run(low), steps = session.steps_run(high);
  if (steps == 0) return;
  const int all = session.job().diffusion.steps;
  console.info(fewest == steps ? fmt::format("{} of {} run at strength {:.4g}{}", steps, counted(all, "step"),
                                             low, high > low ? fmt::format(" to {:.4g}", high) : "")
                               : fmt::format("{} to {} of {} run at strength {:.4g} to {:.4g}", fewest, steps,
                                             counted(all, "step"), low, high));
}

void tell_part(const Plan& plan, const Shard& shard, Console& console) {
  const std::vector<Recipe> rows = shard_of(plan, shard).rows;
  const std::string name = fmt::format("shard {}/{}", shard.index, shard.count);
  console.info(rows.empty() ? name + " is empty: there is less to divide than shards"
                            : fmt::format("{}: {} of {}, from {} to {}", name, rows.size(),
                                          counted(std::ssize(plan.rows), "frame"), rows.front().frame,
                                          rows.back().frame));
}

void print_plan(Session& session, const RunSettings& run, Console& console) {
  if (session.follows_music()) {
    session.hear();
    summarise(session, console);
  }
  tell_steps(session, console);
  if (run.shard) tell_part(session.plan(), *run.shard, console);
  if (const std::string& why = session.unresolved(); !why.empty()) {
    console.warn("the plan cannot be made here, so only the settings are printed: " + why);
    console.answer(json_text({{"unresolved", why}, {"request", job_to_json(session.job())}}) + "\n");
    return;
  }
  const auto [cost, lack] = session.cost();
  console.info(cost);
  if (!lack.empty()) console.warn(lack);
  session.print_plan([&](std::string_view line) { console.answer(line); });
}

}  // namespace

void refuse_terminal(const RunSettings& run) {
  if (run.output == "-" && isatty(STDOUT_FILENO) != 0) {
    throw_error(ErrorKind::usage,
                "output = -: a terminal cannot show a video; pipe it (… -o - | mpv -) or name a file");
  }
}

void tell_statistics(const Outcome& outcome, const RunSettings& run, Console& console) {
  if (outcome.statistics.is_null() || run.json) return;
  const std::string text = statistics_text(outcome.statistics);
  run.output == "-" ? console.info(text) : console.answer(text);
}

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
    console.answer(json_text(resolved_settings(arguments.request(), run.origin, console), 2) + "\n");
    return kComplete;
  }
  refuse_terminal(run);
  if (run.preview == "-" && !run.dry_run) console.show_pictures();
  SharedResources shared;
  const auto purpose = run.dry_run ? Session::Purpose::look : Session::Purpose::run;
  Session session = Session::open(arguments.request(), shared, console, purpose);
  if (run.dry_run) {
    print_plan(session, run, console);
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
