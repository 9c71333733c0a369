#include "huge_pages.h"

#include <sys/mman.h>

#include <cstdlib>

#include "torch_headers.h"

namespace spectradiff {
namespace {

constexpr size_t kCacheLine = 64;  // what libtorch aligns to
constexpr size_t kHugePage = size_t{2} << 20;

class HugePageAllocator final : public c10::Allocator {
 public:
  c10::DataPtr allocate(size_t bytes) override {
    if (bytes == 0) return {nullptr, nullptr, &std::free, at::Device(at::kCPU)};
    void* data = nullptr;
    const int failed = ::posix_memalign(&data, bytes < kHugePage ? kCacheLine : kHugePage, bytes);
    TORCH_CHECK(failed == 0, "can't allocate memory: ", bytes, " bytes were asked for");
#ifdef MADV_HUGEPAGE
    // Advice: a system that has none to give serves ordinary pages.
    if (bytes >= kHugePage) ::madvise(data, bytes, MADV_HUGEPAGE);
#endif
    return {data, data, &std::free, at::Device(at::kCPU)};
  }

  c10::DeleterFnPtr raw_deleter() const override { return &std::free; }

  void copy_data(void* to, const void* from, size_t bytes) const override {
    default_copy_data(to, from, bytes);
  }
};

}  // namespace

void use_huge_pages() {
  static HugePageAllocator allocator;
  c10::SetCPUAllocator(&allocator);
}

}  // namespace spectradiff
