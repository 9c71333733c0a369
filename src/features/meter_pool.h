// Meters that listen to one song, each on one thread.
#pragma once

#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "spectradiff/base/bounded_queue.h"

namespace spectradiff {

struct SongBlock {
  std::vector<float> mono;         // [samples], as HeardMix makes them
  std::vector<float> mean;         // [samples], the mean of all channels; empty where it is the same
  std::vector<float> interleaved;  // [samples][channels]; empty where nobody asked for it
  const std::vector<float>& exact_mean() const { return mean.empty() ? mono : mean; }
  int64_t samples() const { return static_cast<int64_t>(mono.size()); }
};

// Every meter sees every block in order, so that nothing depends on the number of threads. What a meter
// throws comes out of finish().
class MeterPool {
 public:
  struct Meter {
    std::function<void(const SongBlock&)> add;
    std::function<void()> finish;
  };
  // threads: 1 or more, the caller's included, which works when it is the only one. What the meters refer to
  // outlives the pool.
  MeterPool(std::vector<Meter> meters, int threads);
  ~MeterPool();

  void add(SongBlock block);
  void finish();

 private:
  struct Worker {
    std::vector<Meter*> meters;
    BoundedQueue<std::shared_ptr<const SongBlock>> blocks{8};
    std::exception_ptr failure;
    std::thread thread;
  };
  static void work(Worker& worker);

  std::vector<Meter> meters_;
  std::vector<std::unique_ptr<Worker>> workers_;
};

}  // namespace spectradiff
