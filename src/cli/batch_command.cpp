// batch, and --sweep of render and paint: one job after another.
#include <fmt/format.h>

#include <map>

#include "commands.h"
#include "outputs.h"
#include "signals.h"
#include "spectradiff/base/error.h"
#include "spectradiff/base/file.h"
#include "spectradiff/base/text.h"
#include "spectradiff/session/batch.h"
#include "stopping.h"

namespace spectradiff {
namespace {

using Status = BatchJob::Status;

const char* status_text(Status status) {
  switch (status) {
    case Status::done:
      return "done";
    case Status::skipped:
      return "skipped";
    case Status::failed:
      return "failed";
    case Status::waiting:
      break;
  }
  return "waiting";
}

// As one column of a line: what would end it stands as \t, \n, \x1b, and \ as \\.
std::string column(const std::string& text) {
  std::string safe;
  for (const char c : text) {
    if (c == '\\') {
      safe += "\\\\";
    } else if (c == '\t' || c == '\n') {
      safe += c == '\t' ? "\\t" : "\\n";
    } else if (is_control(c)) {
      safe += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    } else {
      safe += c;
    }
  }
  return safe;
}

// A line per job on stdout, or its events.
class BatchConsole : public BatchObserver {
 public:
  BatchConsole(Console& console, bool json) : console_(console), json_(json) {}

  RenderObserver& begin(const BatchJob& job) override {
    console_.set_job(job.id);
    return console_;
  }

  void result(const BatchJob& job) override {
    ++counts_[job.status];
    const char* status = status_text(job.status);
    console_.set_job(job.id);
    if (job.status == Status::failed) console_.error(job.message, job.exit_code);
    if (!job.outcome.statistics.is_null() && !json_) console_.info(statistics_text(job.outcome.statistics));
    console_.set_job("");
    console_.event("result", {{"job", job.id},
                              {"status", status},
                              {"path", job.output},
                              {"exit_code", job.exit_code},
                              {"message", job.message}});
    if (json_) return;
    console_.answer(fmt::format("{}\t{}\t{}\t{}\t{}\n", column(job.id), status, job.exit_code,
                                column(job.output), column(job.message)));
  }

  int finish(size_t jobs) {
    Json counts = {{"jobs", jobs}};
    std::string text = counted(static_cast<int64_t>(jobs), "job") + ":";
    for (const Status status : {Status::done, Status::skipped, Status::failed, Status::waiting}) {
      counts[status_text(status)] = counts_[status];
      if (counts_[status] > 0) text += fmt::format(" {} {},", counts_[status], status_text(status));
    }
    text.pop_back();
    console_.info(text);
    console_.event("batch", counts);
    if (stop_requests().load() > 0 && counts_[Status::waiting] > 0) return kStopped;
    return counts_[Status::failed] > 0 ? kFinishedWithFailures : kComplete;
  }

 private:
  Console& console_;
  const bool json_;
  std::map<Status, int64_t> counts_;
};

int run_jobs(Batch batch, const Arguments& arguments, Console& console) {
  batch.draw_seed(arguments.drawn_seed);
  const RunSettings& run = arguments.run;
  const size_t jobs = batch.jobs().size();
  console.info(counted(static_cast<int64_t>(jobs), "job"));
  if (!run.log_file.empty()) {
    FileGuard guard;
    guard.writes("log_file", run.log_file);
    batch.add_files(guard);
    guard.check();
    console.keep_log(run.log_file);
  }
  SharedResources shared;
  BatchConsole teller(console, run.json);
  const StopWatcher watcher(console, run.time_limit_s, [&] { return shared.work.abandon(); });
  batch.run({run.fail_fast, run.dry_run}, shared, teller, stop_requests());
  return teller.finish(jobs);
}

}  // namespace

int run_batch(const Arguments& arguments, Console& console) {
  const std::string text = arguments.subject == "-"
                               ? read_stdin(kMaxTextBytes)
                               : read_file(arguments.subject, kMaxTextBytes, ErrorKind::usage);
  const std::string source = arguments.subject == "-" ? "stdin" : arguments.subject;
  return run_jobs(Batch::read(text, source, arguments.told), arguments, console);
}

int run_sweep(const Arguments& arguments, Console& console) {
  if (arguments.subject == "-")
    throw_error(ErrorKind::usage,
                "a sweep reads the song once per value, so it cannot come from stdin; name a file");
  if (arguments.run.output == "-")
    throw_error(ErrorKind::usage,
                "output = -: a sweep makes a video per value, which cannot all go to stdout; name a file");
  const Task task = arguments.request().task;
  return run_jobs(Batch::sweep(task, arguments.subject, arguments.told), arguments, console);
}

}  // namespace spectradiff
