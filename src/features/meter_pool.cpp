#include "meter_pool.h"

#include <algorithm>
#include <utility>

namespace spectradiff {

MeterPool::MeterPool(std::vector<Meter> meters, int threads) : meters_(std::move(meters)) {
  if (threads < 2) return;
  const size_t count = std::min(meters_.size(), static_cast<size_t>(threads));
  for (size_t i = 0; i < count; ++i) workers_.push_back(std::make_unique<Worker>());
  for (size_t i = 0; i < meters_.size(); ++i) workers_[i % count]->meters.push_back(&meters_[i]);
  for (auto& worker : workers_) worker->thread = std::thread(work, std::ref(*worker));
}

MeterPool::~MeterPool() {
  for (auto& worker : workers_) worker->blocks.cancel();
  for (auto& worker : workers_) {
    if (worker->thread.joinable()) worker->thread.join();
  }
}

void MeterPool::add(SongBlock block) {
  if (workers_.empty()) {
    for (const Meter& meter : meters_) meter.add(block);
    return;
  }
  const auto shared = std::make_shared<const SongBlock>(std::move(block));
  for (auto& worker : workers_) worker->blocks.push(shared);
}

void MeterPool::finish() {
  if (workers_.empty()) {
    for (const Meter& meter : meters_) meter.finish();
    return;
  }
  for (auto& worker : workers_) worker->blocks.close();
  for (auto& worker : workers_) worker->thread.join();
  for (auto& worker : workers_) {
    if (worker->failure) std::rethrow_exception(worker->failure);
  }
}

void MeterPool::work(Worker& worker) {
  try {
    while (const auto block = worker.blocks.pop()) {
      for (const Meter* meter : worker.meters) meter->add(**block);
    }
    for (const Meter* meter : worker.meters) meter->finish();
  } catch (...) {
    worker.failure = std::current_exception();
    worker.blocks.cancel();
  }
}

}  // namespace spectradiff
