#include "spectradiff/render/pace.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "spectradiff/render/schedule.h"

namespace spectradiff {
namespace {

// Batches back, what one took counts a third: the pace of a machine changes with what else it does.
constexpr double kMemory = 64;

}  // namespace

void Pace::begin(std::vector<double> work, int64_t to_show, bool at_once) {
  std::lock_guard lock(mutex_);
  next_ = 0;
  pictures_ = shown_ = 0;
  show_s_ = 0;
  spent_ = recent_ = {};
  counts_first_ = true;
  work_ = std::move(work);
  work_left_ = std::accumulate(work_.begin(), work_.end(), 0.0);
  to_show_ = to_show;
  at_once_ = at_once;
}

void Pace::made(int64_t pictures, double seconds) {
  std::lock_guard lock(mutex_);
  const double work = work_.at(next_++);
  pictures_ += pictures;
  work_left_ -= work;
  spent_ = {spent_.work + work, spent_.seconds + seconds};
  // The first one also waits for what is made ready but once: it counts until there is another like it.
  if (counts_first_ && next_ > 1 && 2 * work >= work_.front()) {
    recent_ = {};
    counts_first_ = false;
  }
  constexpr double kKept = 1 - 1 / kMemory;
  recent_ = {kKept * recent_.work + work, kKept * recent_.seconds + seconds};
}

void Pace::showed(double seconds) {
  std::lock_guard lock(mutex_);
  ++shown_;
  show_s_ = seconds;
}

int64_t Pace::pictures() const {
  std::lock_guard lock(mutex_);
  return pictures_;
}

Pace::Spent Pace::spent() const {
  std::lock_guard lock(mutex_);
  return spent_;
}

std::optional<double> Pace::left_s() const {
  std::lock_guard lock(mutex_);
  const bool makes = next_ < work_.size();
  if (makes && next_ == 0) return std::nullopt;
  if (!makes && shown_ == 0) return std::nullopt;
  const double make_s = makes ? work_left_ * recent_.seconds / recent_.work : 0;
  const double show_s =
      shown_ > 0 ? static_cast<double>(to_show_ - shown_) * show_s_ / static_cast<double>(shown_) : 0;
  return at_once_ ? std::max(make_s, show_s) : make_s + show_s;
}

double work_left(const Plan& plan, size_t slots, const std::function<bool(int64_t frame)>& is_there,
                 const std::function<double(const Recipe&)>& work) {
  const std::vector<double> works = work_of(plan, schedule(plan, slots, is_there), work);
  return std::accumulate(works.begin(), works.end(), 0.0);
}

}  // namespace spectradiff
