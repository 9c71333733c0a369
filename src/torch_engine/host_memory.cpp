#include "host_memory.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <mutex>
#include <unordered_map>

#include "torch_headers.h"

namespace spectradiff {
namespace {

constexpr size_t kCacheLine = 64;  // what libtorch aligns to
constexpr size_t kHugePage = size_t{2} << 20;

void* allocate_aligned(size_t bytes, size_t alignment) {
  void* data = nullptr;
  const int failed = ::posix_memalign(&data, alignment, bytes);
  TORCH_CHECK(failed == 0, "can't allocate memory: ", bytes, " bytes were asked for");
  return data;
}

// Blocks of whole huge pages. Those given back wait for a tensor of about their size.
class LargeBlocks {
 public:
  void* take(size_t bytes) {
    const size_t needed = (bytes + kHugePage - 1) / kHugePage * kHugePage;
    const std::lock_guard lock(mutex_);
    if (const auto found = idle_.lower_bound(needed); found != idle_.end() && fits(found->first, needed)) {
      const auto [size, data] = *found;
      idle_.erase(found);
      idle_bytes_ -= size;
      return put_in_use(data, size);
    }
    while (!idle_.empty() && used_bytes_ + idle_bytes_ + needed > most_used_bytes_) drop_smallest();
    void* data = allocate_aligned(needed, kHugePage);
#ifdef MADV_HUGEPAGE
    // Advice: a system that has none to give serves ordinary pages.
    ::madvise(data, needed, MADV_HUGEPAGE);
#endif
    return put_in_use(data, needed);
  }

  // False when the memory is not one of these blocks.
  bool give_back(void* data) {
    const std::lock_guard lock(mutex_);
    const auto found = used_.find(data);
    if (found == used_.end()) return false;
    used_bytes_ -= found->second;
    if (not_keeping_ > 0) {
      std::free(data);
    } else {
      idle_.emplace(found->second, data);
      idle_bytes_ += found->second;
    }
    used_.erase(found);
    return true;
  }

  void stop_keeping() {
    const std::lock_guard lock(mutex_);
    ++not_keeping_;
  }

  void keep_again() {
    const std::lock_guard lock(mutex_);
    --not_keeping_;
    most_used_bytes_ = used_bytes_ + idle_bytes_;
  }

 private:
  // A larger block serves when little of it is wasted.
  static bool fits(size_t size, size_t needed) { return size - needed <= needed / 8; }

  void* put_in_use(void* data, size_t size) {
    used_.emplace(data, size);
    used_bytes_ += size;
    most_used_bytes_ = std::max(most_used_bytes_, used_bytes_);
    return data;
  }

  void drop_smallest() {
    const auto smallest = idle_.begin();
    idle_bytes_ -= smallest->first;
    std::free(smallest->second);
    idle_.erase(smallest);
  }

  std::mutex mutex_;
  std::unordered_map<void*, size_t> used_;
  std::multimap<size_t, void*> idle_;
  size_t used_bytes_ = 0, idle_bytes_ = 0, most_used_bytes_ = 0;
  int not_keeping_ = 0;
};

// Never destroyed: tensors with static lifetime are given back after every static of ours is gone.
LargeBlocks& large_blocks() {
  static auto* blocks = new LargeBlocks;
  return *blocks;
}

void give_back(void* data) {
  const bool may_be_large = reinterpret_cast<uintptr_t>(data) % kHugePage == 0;
  if (!may_be_large || !large_blocks().give_back(data)) std::free(data);
}

class HostAllocator final : public c10::Allocator {
 public:
  c10::DataPtr allocate(size_t bytes) override {
    void* data = nullptr;
    if (bytes >= kHugePage) {
      data = large_blocks().take(bytes);
    } else if (bytes > 0) {
      data = allocate_aligned(bytes, kCacheLine);
    }
    return {data, data, &give_back, at::Device(at::kCPU)};
  }

  c10::DeleterFnPtr raw_deleter() const override { return &give_back; }

  void copy_data(void* to, const void* from, size_t bytes) const override {
    default_copy_data(to, from, bytes);
  }
};

}  // namespace

HostMemoryNotKept::HostMemoryNotKept() {
  large_blocks().stop_keeping();
}

HostMemoryNotKept::~HostMemoryNotKept() {
  large_blocks().keep_again();
}

void manage_host_memory() {
  static HostAllocator allocator;
  c10::SetCPUAllocator(&allocator);
}

}  // namespace spectradiff
