// batch, and --sweep of render and paint: one job after another.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <new>
#include <vector>

#include "batch_jobs.h"
#include "commands.h"
#include "finished_work.h"
#include "job_setup.h"
#include "model_store.h"
#include "picture_job.h"
#include "signals.h"
#include "spectradiff/base/error.h"
#include "spectradiff/base/file.h"
#include "spectradiff/base/text.h"

namespace spectradiff {
namespace {

namespace fs = std::filesystem;

constexpr int kFinishedWithFailures = 7;

enum class Status { waiting, done, skipped, failed };

struct QueuedJob {
  BatchJob job;
  std::string model;  // what is loaded for it; empty: none
  Status status = Status::waiting;
  int exit_code = 0;
  std::string message;
};

// Where an output or a song lies, whatever way it is written.
std::string place_of(const std::string& path) {
  std::error_code failed;
  const fs::path place = fs::weakly_canonical(fs::absolute(path, failed), failed);
  return failed ? path : place.string();
}

// What would write over another job's work.
void refuse_shared_outputs(const std::vector<QueuedJob>& queue) {
  std::map<std::string, const QueuedJob*> outputs;
  for (const QueuedJob& queued : queue) {
    if (!queued.job.fault.empty()) continue;
    const std::string& output = queued.job.arguments.run.output;
    const auto [other, is_new] = outputs.emplace(place_of(output), &queued);
    if (!is_new) {
      throw_error(ErrorKind::usage, "the jobs {} and {} have one output, {}; give each its own",
                  other->second->job.id, queued.job.id, output);
    }
  }
  for (const QueuedJob& queued : queue) {
    const std::string& song = queued.job.arguments.subject;
    const auto other = song.empty() ? outputs.end() : outputs.find(place_of(song));
    if (other != outputs.end()) {
      throw_error(ErrorKind::usage, "the output of job {} is the song of job {}, {}; give it another name",
                  other->second->job.id, queued.job.id, song);
    }
  }
}

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

class Batch {
 public:
  Batch(const Arguments& arguments, Console& console, std::vector<BatchJob> jobs)
      : arguments_(arguments), console_(console) {
    for (BatchJob& job : jobs) job.arguments.run.dry_run = false;  // of the batch, not of a plan
    for (BatchJob& job : jobs) queue_.push_back({std::move(job), "", Status::waiting, 0, ""});
    refuse_shared_outputs(queue_);
  }

  int run() {
    for (QueuedJob& queued : queue_) validate(queued);
    const bool hopeless = arguments_.run.fail_fast && failures() > 0;
    if (!hopeless && !arguments_.run.dry_run) run_all();
    for (const QueuedJob& queued : queue_) {
      if (arguments_.run.dry_run || queued.status == Status::waiting) tell(queued);
    }
    finish();
    return failures() > 0 ? kFinishedWithFailures : 0;
  }

 private:
  int64_t count(Status status) const {
    return std::count_if(queue_.begin(), queue_.end(),
                         [=](const QueuedJob& q) { return q.status == status; });
  }
  int64_t failures() const { return count(Status::failed); }

  // Runs the work of one job; what it throws is the job's failure.
  template <typename Work>
  void attempt(QueuedJob& queued, Work work) {
    const auto fail = [&](ErrorKind kind, const std::string& message) {
      queued.status = Status::failed;
      queued.exit_code = exit_code(kind);
      queued.message = message;
    };
    try {
      work();
    } catch (const Error& error) {
      fail(error.kind(), error.what());
    } catch (const std::bad_alloc&) {
      fail(ErrorKind::memory, "out of memory; try a smaller --size or --batch-size");
    }
  }

  // Everything foreseeable, before the first job starts. Nothing is said twice: the run warns.
  void validate(QueuedJob& queued) {
    RunSettings silence;
    silence.quiet = true;
    silence.progress = "never";
    Console silent(silence);
    attempt(queued, [&] {
      if (!queued.job.fault.empty()) throw Error(ErrorKind::usage, queued.job.fault);
      const Arguments& arguments = queued.job.arguments;
      if (arguments.run.output == "-")
        throw_error(ErrorKind::usage, "output = -: many videos are not for one stream; name a file");
      PreparedJob prepared = prepare_pictures(arguments, silent);
      if (prepared.resolved.job.input.analysis_audio == "-")
        throw_error(ErrorKind::usage, "analysis_audio = -: many jobs read no stdin; name a file");
      PictureJob job = open_pictures(std::move(prepared), arguments, silent, models_, true);
      if (const Manifest* manifest = job.manifest()) queued.model = manifest->folder.string();
      if (arguments.run.overwrite) return;
      if (is_made_already(job)) {
        queued.status = Status::skipped;
        queued.message = "there already, made with the same settings";
      }
    });
    if (queued.status != Status::waiting && !arguments_.run.dry_run) tell(queued);
  }

  // In order, but those of one model together.
  void run_all() {
    std::vector<std::string> models;
    for (const QueuedJob& queued : queue_) {
      if (std::find(models.begin(), models.end(), queued.model) == models.end())
        models.push_back(queued.model);
    }
    for (const std::string& model : models) {
      for (QueuedJob& queued : queue_) {
        if (queued.model != model || queued.status != Status::waiting) continue;
        if (stop_requests().load() > 0 || (arguments_.run.fail_fast && failures() > 0)) return;
        run_one(queued);
      }
    }
  }

  void run_one(QueuedJob& queued) {
    const Arguments& arguments = queued.job.arguments;
    console_.set_job(queued.job.id);
    attempt(queued, [&] {
      PictureJob job = open_pictures(prepare_pictures(arguments, console_), arguments, console_, models_);
      const RunOutcome outcome = carry_out(job, arguments, console_, models_, analyses_);
      if (!outcome.complete) return;
      keep_record(job);
      queued.status = Status::done;
      queued.message = fmt::format("{} frames in {:.1f} s", outcome.frames, outcome.seconds);
    });
    console_.set_job("");
    if (queued.status != Status::waiting) tell(queued);
  }

  // The job's line on stdout, or its event.
  void tell(const QueuedJob& queued) {
    const char* status = status_text(queued.status);
    const std::string& output = queued.job.arguments.run.output;
    if (queued.status == Status::failed) {
      console_.set_job(queued.job.id);
      console_.error(queued.message, queued.exit_code);
      console_.set_job("");
    }
    console_.event("result", {{"job", queued.job.id},
                              {"status", status},
                              {"path", output},
                              {"exit_code", queued.exit_code},
                              {"message", queued.message}});
    if (arguments_.run.json) return;
    const std::string first_line = queued.message.substr(0, queued.message.find('\n'));
    console_.answer(
        fmt::format("{}\t{}\t{}\t{}\t{}\n", queued.job.id, status, queued.exit_code, output, first_line));
  }

  void finish() {
    Json counts = {{"jobs", queue_.size()}};
    std::string text = fmt::format("{} job{}:", queue_.size(), queue_.size() == 1 ? "" : "s");
    for (const Status status : {Status::done, Status::skipped, Status::failed, Status::waiting}) {
      const char* name = status_text(status);
      counts[name] = count(status);
      if (count(status) > 0) text += fmt::format(" {} {},", count(status), name);
    }
    text.pop_back();
    console_.info(text);
    console_.event("batch", counts);
  }

  const Arguments& arguments_;
  Console& console_;
  ModelStore models_;
  AnalysisStore analyses_;
  std::vector<QueuedJob> queue_;
};

}  // namespace

int run_batch(const Arguments& arguments, Console& console) {
  const std::string text = arguments.subject == "-"
                               ? read_stdin(kMaxTextBytes)
                               : read_file(arguments.subject, kMaxTextBytes, ErrorKind::usage);
  const std::string source = arguments.subject == "-" ? "stdin" : arguments.subject;
  return Batch(arguments, console, read_batch(text, source, arguments)).run();
}

int run_sweep(const Arguments& arguments, Console& console) {
  if (arguments.subject == "-")
    throw_error(ErrorKind::usage, "a sweep reads the song once per value; name a file instead of -");
  if (arguments.run.output == "-")
    throw_error(ErrorKind::usage, "output = -: a sweep makes a video per value; name a file");
  return Batch(arguments, console, expand_sweep({"", arguments, ""})).run();
}

}  // namespace spectradiff
