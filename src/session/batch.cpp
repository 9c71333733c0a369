#include "spectradiff/session/batch.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <new>

#include "spectradiff/base/error.h"

namespace spectradiff {
namespace {

namespace fs = std::filesystem;

using Status = BatchJob::Status;

// Where an output or a song lies, whatever way it is written.
std::string place_of(const std::string& path) {
  std::error_code failed;
  const fs::path place = fs::weakly_canonical(fs::absolute(path, failed), failed);
  return failed ? path : place.string();
}

// What would write over another job's work.
void refuse_shared_outputs(const std::vector<BatchJob>& jobs) {
  std::map<std::string, const BatchJob*> outputs;
  for (const BatchJob& job : jobs) {
    if (job.status == Status::failed) continue;
    const auto [other, is_new] = outputs.emplace(place_of(job.output), &job);
    if (!is_new) {
      throw_error(ErrorKind::usage, "the jobs {} and {} have one output, {}; give each its own",
                  other->second->id, job.id, job.output);
    }
  }
  for (const BatchJob& job : jobs) {
    const std::string& song = job.request.song;
    const auto other = song.empty() ? outputs.end() : outputs.find(place_of(song));
    if (other != outputs.end()) {
      throw_error(ErrorKind::usage, "the output of job {} is the song of job {}, {}; give it another name",
                  other->second->id, job.id, song);
    }
  }
}

class BatchRun {
 public:
  BatchRun(std::vector<BatchJob>& jobs, const BatchSettings& settings, SharedResources& shared,
           BatchObserver& observer, const std::atomic<int>& stop)
      : jobs_(jobs), settings_(settings), shared_(shared), observer_(observer), stop_(stop) {}

  void run() {
    models_.resize(jobs_.size());
    for (size_t i = 0; i < jobs_.size(); ++i) check(i);
    const bool hopeless = settings_.fail_fast && has_failure_;
    if (!hopeless && !settings_.dry_run) run_all();
    for (const BatchJob& job : jobs_) {
      if (settings_.dry_run || job.status == Status::waiting) observer_.result(job);
    }
  }

 private:
  // Runs the work of one job; what it throws is the job's failure.
  template <typename Work>
  void attempt(BatchJob& job, Work work) {
    const auto fail = [&](ErrorKind kind, const std::string& message) {
      job.status = Status::failed;
      job.exit_code = exit_code(kind);
      job.message = message;
    };
    try {
      work();
    } catch (const Error& error) {
      fail(error.kind(), error.what());
    } catch (const std::bad_alloc&) {
      fail(ErrorKind::memory, "out of memory; try a smaller --size or --batch-size");
    }
    has_failure_ |= job.status == Status::failed;
  }

  // Everything foreseeable, before the first job starts. Nothing is said twice: the run warns.
  void check(size_t index) {
    BatchJob& job = jobs_[index];
    RenderObserver silent;
    attempt(job, [&] {
      if (job.status == Status::failed) return;
      if (job.output == "-")
        throw_error(ErrorKind::usage, "output = -: many videos are not for one stream; name a file");
      Session session = Session::open(job.request, shared_, silent, Session::Purpose::check);
      models_[index] = session.model_folder();
      if (session.is_done()) {
        job.status = Status::skipped;
        job.message = "there already, made from the same";
      }
    });
    if (job.status != Status::waiting && !settings_.dry_run) observer_.result(job);
  }

  // In order, but those of one model together.
  void run_all() {
    std::vector<std::string> models;
    for (const std::string& model : models_) {
      if (std::find(models.begin(), models.end(), model) == models.end()) models.push_back(model);
    }
    for (const std::string& model : models) {
      for (size_t i = 0; i < jobs_.size(); ++i) {
        if (models_[i] != model || jobs_[i].status != Status::waiting) continue;
        if (stop_.load() > 0 || (settings_.fail_fast && has_failure_)) return;
        run_one(jobs_[i]);
      }
    }
  }

  void run_one(BatchJob& job) {
    RenderObserver& observer = observer_.begin(job);
    attempt(job, [&] {
      Session session = Session::open(job.request, shared_, observer);
      job.outcome = session.run(stop_);
      if (!job.outcome.complete) return;
      job.status = Status::done;
      job.message = fmt::format("{} frames in {:.1f} s", job.outcome.frames, job.outcome.seconds);
    });
    if (job.status != Status::waiting) observer_.result(job);
  }

  std::vector<BatchJob>& jobs_;
  const BatchSettings settings_;
  SharedResources& shared_;
  BatchObserver& observer_;
  const std::atomic<int>& stop_;
  std::vector<std::string> models_;  // [jobs]: what is loaded for it; empty: none
  bool has_failure_ = false;
};

}  // namespace

void run_batch(std::vector<BatchJob>& jobs, const BatchSettings& settings, SharedResources& shared,
               BatchObserver& observer, const std::atomic<int>& stop) {
  refuse_shared_outputs(jobs);
  BatchRun(jobs, settings, shared, observer, stop).run();
}

}  // namespace spectradiff
