// Many workers finish numbered values in any order; one consumer takes them in order.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <utility>

namespace spectradiff {

template <typename T>
class OrderedQueue {
 public:
  // At most `capacity` values are ahead of the consumer; values 0..count-1 will come.
  OrderedQueue(int64_t count, int64_t capacity) : count_(count), capacity_(capacity) {}

  // The next number to work on. Nothing when all are taken or the queue is cancelled.
  std::optional<int64_t> claim() {
    std::lock_guard lock(mutex_);
    if (cancelled_ || claimed_ == count_) return std::nullopt;
    return claimed_++;
  }

  // Blocks while `number` is too far ahead. False when cancelled.
  bool push(int64_t number, T value) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return cancelled_ || number < next_ + capacity_; });
    if (cancelled_) return false;
    values_.emplace(number, std::move(value));
    if (number == next_) changed_.notify_all();
    return true;
  }

  // Blocks for the next value in order. Nothing after the last one or when cancelled.
  std::optional<T> pop() {
    std::unique_lock lock(mutex_);
    if (next_ == count_) return std::nullopt;
    changed_.wait(lock, [&] { return cancelled_ || values_.count(next_) > 0; });
    if (cancelled_) return std::nullopt;
    auto node = values_.extract(next_++);
    changed_.notify_all();
    return std::move(node.mapped());
  }

  void cancel() {
    std::lock_guard lock(mutex_);
    cancelled_ = true;
    changed_.notify_all();
  }

 private:
  const int64_t count_;
  const int64_t capacity_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<int64_t, T> values_;
  int64_t claimed_ = 0;
  int64_t next_ = 0;
  bool cancelled_ = false;
};

}  // namespace spectradiff
