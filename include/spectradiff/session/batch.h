// Many jobs, one after another: lists of sessions that share models and what was heard.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include "spectradiff/render/render_observer.h"
#include "spectradiff/session/session.h"

namespace spectradiff {

struct BatchJob {
  enum class Status { waiting, done, skipped, failed };

  std::string id;  // unique
  SessionRequest request;
  std::string output;  // of the request's settings
  Status status = Status::waiting;
  int exit_code = 0;    // of a failure
  std::string message;  // in words: how it ended
  Outcome outcome;      // of a job that is done
};

// The jobs of `text`: an array, {"defaults": {…}, "jobs": […]} or one object per line. Beside the flat keys a
// job holds "audio" and may hold "id" (default: its index); its settings stand above the files among `told`
// and below the environment and flags. Where it has a sweep it is a job per value. `source` names the text in
// messages. Error{usage} for what is no such file and for ids that are there twice; what is wrong with one
// job has failed it.
std::vector<BatchJob> read_batch(const std::string& text, const std::string& source,
                                 const std::vector<Layer>& told);

// A job per combination of the setting "sweep", named in its id and output: "song-strength-0.4.mp4",
// "frames-strength-0.4/%05d.png". One job without a sweep. `id` begins theirs; it may be empty.
std::vector<BatchJob> expand_sweep(SessionRequest request, const std::string& id);

// What is told of a batch.
class BatchObserver {
 public:
  virtual ~BatchObserver() = default;
  // This job begins; what it has to tell goes to the observer that is given, which outlives it.
  virtual RenderObserver& begin(const BatchJob& job) = 0;
  // What became of a job; of each once, also of those that were not begun.
  virtual void result(const BatchJob& job) = 0;
};

struct BatchSettings {
  bool fail_fast = false;  // the first failure ends it
  bool dry_run = false;    // everything is checked and nothing run
};

// Checks all jobs, skips what is there already, and runs the others in order, but those of one model
// together. Error{usage} where jobs would write over each other's files; what goes wrong with one job is its
// own result. `stop` as in Session::run.
void run_batch(std::vector<BatchJob>& jobs, const BatchSettings& settings, SharedResources& shared,
               BatchObserver& observer, const std::atomic<int>& stop);

}  // namespace spectradiff
