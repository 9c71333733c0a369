// A batch being run.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "spectradiff/session/batch.h"

namespace spectradiff {

// All outlive it.
class BatchRun {
 public:
  BatchRun(const Batch& batch, std::vector<BatchJob>& jobs, const Batch::Course& course,
           SharedResources& shared, BatchObserver& observer, const std::atomic<int>& stop);
  void run();

 private:
  template <typename Work>
  void attempt(BatchJob& job, Work work);
  void check_settings(size_t index);
  void open_once(BatchJob& job);
  bool is_over() const;
  void run_all();
  void run_one(BatchJob& job);

  const Batch& batch_;
  std::vector<BatchJob>& jobs_;
  const Batch::Course course_;
  SharedResources& shared_;
  BatchObserver& observer_;
  const std::atomic<int>& stop_;
  size_t model_for(const SessionRequest& request, bool in_full);

  std::vector<std::string> models_;                // in order of their first job
  std::map<std::string, size_t> model_of_choice_;  // what settings say of it → its place among them
  std::vector<size_t> model_of_;                   // [jobs]
  bool has_failure_ = false;
};

}  // namespace spectradiff
