#include "spectradiff/session/batch.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "batch_run.h"
#include "job_list.h"
#include "request_files.h"
#include "spectradiff/base/error.h"
#include "spectradiff/session/output_target.h"
#include "sweep.h"

namespace spectradiff {
namespace {

namespace fs = std::filesystem;

constexpr const char *kSweep = "sweep", *kPreset = "preset";

std::string text_of(const Json& job, const char* key) {
  const auto found = job.is_object() ? job.find(key) : job.end();
  return job.is_object() && found != job.end() && found->is_string() ? found->get<std::string>() : "";
}

// A job that cannot be understood; its output is what it says itself.
BatchJob failed_job(std::string id, const Json& values, const Error& error) {
  BatchJob job;
  job.id = std::move(id);
  job.song = text_of(values, "audio");
  job.output = text_of(values, "output");
  if (job.output.empty() && !job.song.empty()) job.output = default_name(job.song).string();
  job.status = BatchJob::Status::failed;
  job.exit_code = exit_code(error.kind());
  job.message = error.what();
  return job;
}

std::string song_of(const Json& job, const std::string& where) {
  if (!job.is_object())
    throw_error(ErrorKind::usage, "{}: a job must be a JSON object, as {{\"audio\": \"a.wav\"}}", where);
  const std::string song = text_of(job, "audio");
  if (song.empty()) throw_error(ErrorKind::usage, "{}: \"audio\" must name a sound file", where);
  if (song == "-")
    throw_error(ErrorKind::usage, "{}: audio = -: a batch cannot read its songs from stdin; name a file",
                where);
  return song;
}

void refuse_too_many(double jobs, const std::string& what) {
  if (jobs <= static_cast<double>(Batch::kMostJobs)) return;
  throw_error(ErrorKind::usage,
              "{} would make {:.0f} jobs; one run takes at most {}: divide it among several", what, jobs,
              Batch::kMostJobs);
}

// As far as names tell; links are followed by the guard.
void refuse_shared_outputs(const std::vector<BatchJob>& jobs) {
  std::unordered_map<std::string, const BatchJob*> outputs;
  for (const BatchJob& job : jobs) {
    if (job.status == BatchJob::Status::failed) continue;
    std::error_code failed;
    const std::string place = fs::absolute(job.output, failed).lexically_normal().string();
    const auto [other, is_new] = outputs.emplace(place, &job);
    if (!is_new) {
      throw_error(ErrorKind::usage, "the jobs {} and {} have the same output, {}; give each its own",
                  other->second->id, job.id, job.output);
    }
  }
}

}  // namespace

// The jobs that one entry of a list, or a request, stands for.
void Batch::add(std::string id, std::string song, Layer own) {
  BatchJob job;
  job.id = std::move(id);
  job.song = std::move(song);
  job.own = std::make_shared<const Layer>(own);
  const RunSettings run = run_settings(request(job).layers);
  refuse_too_many(static_cast<double>(jobs_.size()) + points_of(run.sweep), "the sweep");
  // What is chosen stands beside each job: thousands of values are not carried along in every one.
  if (own.values.erase(kSweep) > 0) job.own = std::make_shared<const Layer>(std::move(own));
  const std::string output = run.output.empty() ? default_name(job.song).string() : run.output;
  for_each_point(run.sweep, [&](const SweepPoint& point) {
    BatchJob one = job;
    one.id = job.id.empty() && !point.id.empty() ? point.id.substr(1) : job.id + point.id;
    one.output = with_addition(output, point.addition);
    one.chosen = point.chosen;
    one.chosen["output"] = one.output;
    if (!run.preview.empty() && run.preview != "-")
      one.chosen["preview"] = with_addition(run.preview, point.addition);
    if (!run.inits.empty()) one.chosen["inits"] = run.inits + point.addition;
    jobs_.push_back(std::move(one));
  });
}

Batch Batch::read(const std::string& text, const std::string& source, const std::vector<Layer>& told) {
  JobList list = read_job_list(text, source);
  refuse_too_many(static_cast<double>(list.jobs.size()), source);
  Batch batch;
  batch.list_ = source;
  for (const Layer& layer : told)
    (layer.kind > LayerKind::job_list ? batch.above_ : batch.below_).push_back(layer);
  batch.below_.push_back(make_layer(std::move(list.defaults), source + " defaults", LayerKind::job_list));
  for (size_t i = 0; i < list.jobs.size(); ++i) {
    Json& values = list.jobs[i];
    const std::string id = job_id(values, i, source);
    const std::string where = fmt::format("{} job {}", source, id);
    try {
      const std::string song = song_of(values, where);
      Json own = values;
      own.erase("audio");
      own.erase("id");
      batch.add(id, song, make_layer(std::move(own), where, LayerKind::job_list));
    } catch (const Error& error) {
      batch.jobs_.push_back(failed_job(id, values, error));
    }
    values = nullptr;
  }
  batch.forget_sweep();
  std::unordered_set<std::string> ids;
  for (const BatchJob& job : batch.jobs_) {
    if (!ids.insert(job.id).second)
      throw_error(ErrorKind::usage, "{}: two jobs have the id \"{}\"; give each its own", source, job.id);
  }
  return batch;
}

Batch Batch::sweep(Task task, const std::string& song, const std::vector<Layer>& told) {
  Batch batch;
  batch.task_ = task;
  batch.above_ = told;
  batch.add("", song, {});
  batch.forget_sweep();
  return batch;
}

void Batch::forget_sweep() {
  for (std::vector<Layer>* layers : {&below_, &above_}) {
    for (Layer& layer : *layers) layer.values.erase(kSweep);
  }
}

namespace {

// All that a request reads beside its song, as one text: jobs of a list mostly read the same.
std::string reads_of(const SessionRequest& request, const RunSettings& run) {
  std::string text = run.from + '\n' + run.config + '\n' + run.plan;
  for (const std::string& preset : run.presets) text += '\n' + preset;
  for (const auto& [key, path] : named_paths(request.layers)) text += '\n' + key + '\n' + path;
  return text;
}

}  // namespace

SessionRequest Batch::request(const BatchJob& job) const {
  std::vector<Layer> told = below_;
  told.push_back(*job.own);
  told.insert(told.end(), above_.begin(), above_.end());
  if (job.chosen.contains(kPreset))  // is a file of settings itself
    told.push_back({kSweep, {{kPreset, job.chosen[kPreset]}}, LayerKind::job_list, {}});
  SessionRequest request{task_, job.song, files_.below(std::move(told))};
  if (drawn_seed_) put_drawn_seed(request.layers, *drawn_seed_);
  if (!job.chosen.is_null()) request.layers.push_back({kSweep, job.chosen, LayerKind::job_list, {}});
  return request;
}

void Batch::add_files(FileGuard& guard) const {
  refuse_shared_outputs(jobs_);
  if (!list_.empty()) guard.reads("batch", list_);
  std::unordered_set<std::string> known;
  std::set<std::string> previews;  // jobs may share one: it shows the job that runs
  for (const BatchJob& job : jobs_) {
    if (job.status == BatchJob::Status::failed) continue;
    const SessionRequest asked = request(job);
    const RunSettings run = run_settings(asked.layers);
    if (known.insert(reads_of(asked, run)).second) {
      add_read_files(guard, asked, run);
    } else {
      guard.reads("audio", asked.song);
    }
    add_output(guard, job.output);
    if (!run.preview.empty() && run.preview != "-") previews.insert(run.preview);
  }
  for (const std::string& preview : previews) guard.writes("preview", preview);
}

void Batch::run(const Course& course, SharedResources& shared, BatchObserver& observer,
                const std::atomic<int>& stop) {
  FileGuard guard;
  add_files(guard);
  guard.check();
  BatchRun(*this, jobs_, course, shared, observer, stop).run();
}

}  // namespace spectradiff
