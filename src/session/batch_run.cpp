#include "batch_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <new>

#include "resolution.h"
#include "spectradiff/base/error.h"
#include "spectradiff/base/text.h"

namespace spectradiff {
namespace {

// What decides about the model, in words.
std::string model_choice(const SessionRequest& request) {
  std::map<std::string, std::string> choice;
  for (const Layer& layer : request.layers) {
    for (const char* key : {"model", "diffusion"}) {
      if (const auto value = layer.values.find(key); value != layer.values.end())
        choice[key] = fmt::format("{} {}", layer.kind == LayerKind::flag, value->dump());
    }
  }
  return choice["model"] + '\n' + choice["diffusion"];
}

}  // namespace

using Status = BatchJob::Status;

BatchRun::BatchRun(const Batch& batch, std::vector<BatchJob>& jobs, const Batch::Course& course,
                   SharedResources& shared, BatchObserver& observer, const std::atomic<int>& stop)
    : batch_(batch), jobs_(jobs), course_(course), shared_(shared), observer_(observer), stop_(stop) {}

void BatchRun::run() {
  model_of_.resize(jobs_.size());
  for (const BatchJob& job : jobs_) has_failure_ |= job.status == Status::failed;
  for (size_t i = 0; i < jobs_.size(); ++i) check_settings(i);
  const size_t opened = course_.dry_run ? jobs_.size() : std::min(jobs_.size(), Batch::kOpenedFirst);
  for (size_t i = 0; i < opened; ++i) open_once(jobs_[i]);
  if (!course_.dry_run) {
    for (const BatchJob& job : jobs_) {
      if (job.status != Status::waiting) observer_.result(job);
    }
    run_all();
  }
  for (const BatchJob& job : jobs_) {
    if (course_.dry_run || job.status == Status::waiting) observer_.result(job);
  }
}

bool BatchRun::is_over() const {
  return stop_.load() > 0 || (course_.fail_fast && has_failure_);
}

// Runs the work of one job; what it throws is the job's failure.
template <typename Work>
void BatchRun::attempt(BatchJob& job, Work work) {
  const auto fail = [&](ErrorKind kind, const std::string& message) {
    job.status = Status::failed;
    job.exit_code = exit_code(kind);
    job.message = message;
    has_failure_ = true;
  };
  try {
    work();
  } catch (const Error& error) {
    fail(error.kind(), error.what());
  } catch (const std::bad_alloc&) {
    fail(ErrorKind::memory, "out of memory; try a smaller --size or --batch-size");
  }
}

// Nothing is said twice: the run warns.
size_t BatchRun::model_for(const SessionRequest& request, bool in_full) {
  const std::string choice = model_choice(request);
  const auto same = model_of_choice_.find(choice);
  if (!in_full && same != model_of_choice_.end()) return same->second;
  RenderObserver silent;
  const Resolution settings = resolve_request(request, shared_.models, silent);
  const std::string model = settings.model() == nullptr ? "" : settings.model()->folder.string();
  const auto known = std::find(models_.begin(), models_.end(), model);
  const auto place = static_cast<size_t>(known - models_.begin());
  if (known == models_.end()) models_.push_back(model);
  model_of_choice_[choice] = place;
  return place;
}

// Of the first jobs, and where nothing runs of all, whatever needs no file but the model's description. Of
// later ones each value by itself: what they come to together takes as long as all the rest of a job's
// beginning, and is looked at when its turn comes.
void BatchRun::check_settings(size_t index) {
  BatchJob& job = jobs_[index];
  if (job.status == Status::failed) return;
  attempt(job, [&] {
    if (job.output == "-")
      throw_error(ErrorKind::usage, "output = -: several videos cannot go to stdout; name a file");
    const SessionRequest request = batch_.request(job);
    const bool in_full = index < Batch::kOpenedFirst || course_.dry_run;
    if (!in_full) check_values(request.layers);
    model_of_[index] = model_for(request, in_full);
  });
}

void BatchRun::open_once(BatchJob& job) {
  if (job.status != Status::waiting) return;
  attempt(job, [&] {
    RenderObserver silent;
    if (!Session::open(batch_.request(job), shared_, silent, Session::Purpose::check).is_done()) return;
    job.status = Status::skipped;
    job.message = "already there, made with the same settings from the same files";
  });
}

// In order, but those of one model together.
void BatchRun::run_all() {
  for (size_t model = 0; model < models_.size(); ++model) {
    for (size_t i = 0; i < jobs_.size(); ++i) {
      BatchJob& job = jobs_[i];
      if (model_of_[i] != model || job.status != Status::waiting) continue;
      if (is_over()) return;
      if (i >= Batch::kOpenedFirst) open_once(job);
      if (job.status == Status::waiting) run_one(job);
      if (job.status != Status::waiting) observer_.result(job);
    }
  }
}

void BatchRun::run_one(BatchJob& job) {
  RenderObserver& observer = observer_.begin(job);
  attempt(job, [&] {
    Session session = Session::open(batch_.request(job), shared_, observer);
    job.outcome = session.run(stop_);
    if (!job.outcome.complete) return;
    job.status = Status::done;
    job.message = fmt::format("{} in {:.1f} s", counted(job.outcome.frames, "frame"), job.outcome.seconds);
  });
}

}  // namespace spectradiff
