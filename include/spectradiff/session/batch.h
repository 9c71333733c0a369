// Many jobs, one after another: sessions that share models and what was heard.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "spectradiff/render/render_observer.h"
#include "spectradiff/session/session.h"
#include "spectradiff/session/settings_files.h"

namespace spectradiff {

// A job as its list describes it; Batch::request makes what a session is asked for of it.
struct BatchJob {
  enum class Status { waiting, done, skipped, failed };

  std::string id;  // unique
  std::string song;
  std::string output;
  std::shared_ptr<const Layer> own;  // its settings in the list; shared by the jobs of one sweep
  Json chosen;                       // values of a sweep, output and preview: above all other settings

  Status status = Status::waiting;
  int exit_code = 0;    // of a failure
  std::string message;  // in words: how it ended
  Outcome outcome;      // of a job that is done
};

// What is told of a batch.
class BatchObserver {
 public:
  virtual ~BatchObserver() = default;
  // This job begins; what it has to tell goes to the observer that is given, which outlives it.
  virtual RenderObserver& begin(const BatchJob& job) = 0;
  // What became of a job; of each once, also of those that were not begun.
  virtual void result(const BatchJob& job) = 0;
};

// One thread.
class Batch {
 public:
  static constexpr size_t kMostJobs = 100'000;  // of a list with all its sweeps, or of a sweep
  // Jobs whose settings are put together, and whose files are opened, before the first one runs.
  static constexpr size_t kOpenedFirst = 100;

  // The jobs of `text`: an array, {"defaults": {…}, "jobs": […]} or one object per line. Beside the flat keys
  // a job holds "audio" and may hold "id" (default: its index); its settings stand above the files among
  // `told` and below the environment and flags. Where it has a sweep it is a job per value. `source` is
  // its file, and names it in messages. Error{usage} for what is no such text, too many jobs and ids that are
  // there twice; what is wrong with one job has failed it.
  static Batch read(const std::string& text, const std::string& source, const std::vector<Layer>& told);

  // A job per combination of the values of the setting "sweep" among `told`, named in its id and output:
  // "song-strength-0.4.mp4", "frames-strength-0.4/%05d.png". Error{usage} for too many.
  static Batch sweep(Task task, const std::string& song, const std::vector<Layer>& told);

  // The seed of all jobs that ask for a random one (put_drawn_seed).
  void draw_seed(int64_t seed) { drawn_seed_ = seed; }

  const std::vector<BatchJob>& jobs() const { return jobs_; }
  SessionRequest request(const BatchJob& job) const;

  // Adds every file that the jobs read and write, as add_files does for one. Error{usage} where two jobs
  // have one output.
  void add_files(FileGuard& guard) const;

  struct Course {
    bool fail_fast = false;  // the first failure ends it
    bool dry_run = false;    // everything is checked and nothing run
  };
  // Checks the values of all jobs, resolves and opens the first, skips what is there already and runs the
  // others in order, but those of one model together; later jobs are resolved and opened at their turn. What
  // goes wrong with one job is its own result. Errors as add_files. `stop` as in Session::run.
  void run(const Course& course, SharedResources& shared, BatchObserver& observer,
           const std::atomic<int>& stop);

 private:
  void add(std::string id, std::string song, Layer own);
  void forget_sweep();

  std::vector<Layer> below_, above_;  // what all jobs are told, below and above their own settings
  mutable SettingsFiles files_;
  Task task_ = Task::render;
  std::string list_;  // where the jobs were read; empty for a sweep
  std::optional<int64_t> drawn_seed_;
  std::vector<BatchJob> jobs_;
};

}  // namespace spectradiff
