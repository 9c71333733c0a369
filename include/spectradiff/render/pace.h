// How long a run still takes, by what it took so far.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <vector>

#include "spectradiff/render/plan.h"

namespace spectradiff {

// Two lanes: pictures are made batch by batch, frames are shown one by one. Only what is left counts, and
// only the time in which a lane worked: what was there already has cost no making, and a lane that waits for
// the other says nothing of its own pace. Any thread.
class Pace {
 public:
  // `work` of each batch that is to be made, in turn and in any unit; `to_show` frames. With `at_once` the
  // lanes run side by side, else one after the other.
  void begin(std::vector<double> work, int64_t to_show, bool at_once);

  void made(int64_t pictures, double seconds);  // the next batch, and what it took
  void showed(double seconds);                  // the next frame, and what all frames took so far

  int64_t pictures() const;  // made so far
  struct Spent {
    double work = 0, seconds = 0;
  };
  Spent spent() const;  // on what was made

  // Absent until a batch is made, unless there is none to make.
  std::optional<double> left_s() const;

 private:
  mutable std::mutex mutex_;
  std::vector<double> work_;
  size_t next_ = 0;  // of work_
  double work_left_ = 0;
  int64_t to_show_ = 0, shown_ = 0, pictures_ = 0;
  bool at_once_ = true;
  bool counts_first_ = true;
  double show_s_ = 0;
  Spent spent_, recent_;
};

// The work of all batches that a plan's rows still need, by so many slots: work_of, schedule.h.
double work_left(const Plan& plan, size_t slots, const std::function<bool(int64_t frame)>& is_there,
                 const std::function<double(const Recipe&)>& work);

}  // namespace spectradiff
