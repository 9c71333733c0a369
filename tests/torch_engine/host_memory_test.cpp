#include "host_memory.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdint>
#include <fstream>

#include "torch_headers.h"

namespace spectradiff {
namespace {

constexpr int64_t kMebi = int64_t{1} << 20;

at::Tensor bytes(int64_t count) {
  return at::zeros({count}, at::TensorOptions(at::kByte));
}

#ifdef __linux__
int64_t resident_bytes() {
  int64_t all = 0, resident = 0;
  std::ifstream("/proc/self/statm") >> all >> resident;
  return resident * ::sysconf(_SC_PAGESIZE);
}
#endif

class HostMemory : public ::testing::Test {
 protected:
  void SetUp() override { manage_host_memory(); }
};

TEST_F(HostMemory, LargeTensorsBeginOnAHugePageAndUseMemoryAgain) {
  const void* first = nullptr;
  {
    const at::Tensor tensor = bytes(24 * kMebi);
    first = tensor.data_ptr();
    EXPECT_EQ(reinterpret_cast<uintptr_t>(first) % (2 * kMebi), 0);
  }
  EXPECT_EQ(bytes(23 * kMebi).data_ptr(), first) << "little of the block is wasted";
  EXPECT_NE(bytes(12 * kMebi).data_ptr(), first) << "half of the block would be wasted";
  EXPECT_EQ(bytes(24 * kMebi).data_ptr(), first);
}

TEST_F(HostMemory, MemoryInUseIsNeverHandedOut) {
  const at::Tensor a = bytes(8 * kMebi), b = bytes(8 * kMebi);
  a.fill_(1);
  b.fill_(2);
  EXPECT_EQ(a.min().item<int>(), 1);
  EXPECT_EQ(a.max().item<int>(), 1);
}

#ifdef __linux__
TEST_F(HostMemory, WhereNothingIsKeptMemoryGoesBackToTheSystem) {
  const int64_t before = resident_bytes();
  {
    const HostMemoryNotKept loading;
    at::Tensor weights = bytes(200 * kMebi);
    EXPECT_GT(resident_bytes(), before + 190 * kMebi);
    weights.reset();
    EXPECT_LT(resident_bytes(), before + 10 * kMebi);
  }
  const void* first = bytes(200 * kMebi).data_ptr();
  EXPECT_GT(resident_bytes(), before + 190 * kMebi) << "kept again";
  EXPECT_EQ(bytes(200 * kMebi).data_ptr(), first);
}
#endif

TEST_F(HostMemory, SmallTensorsComeFromTheHeap) {
  EXPECT_EQ(bytes(0).data_ptr(), nullptr);
  const at::Tensor tensor = bytes(1000);
  EXPECT_EQ(reinterpret_cast<uintptr_t>(tensor.data_ptr()) % 64, 0);
  EXPECT_EQ(tensor.sum().item<int>(), 0);
}

TEST_F(HostMemory, RawMemoryOfBothKindsIsGivenBack) {
  c10::Allocator& allocator = *c10::GetCPUAllocator();
  for (const int64_t count : {int64_t{100}, 4 * kMebi}) {
    void* data = allocator.raw_allocate(static_cast<size_t>(count));
    ASSERT_NE(data, nullptr);
    allocator.raw_deallocate(data);
  }
}

}  // namespace
}  // namespace spectradiff
