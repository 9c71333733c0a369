#include "devices.h"

#include <gtest/gtest.h>

#include "expect_error.h"
#include "nvidia_driver.h"

namespace spectradiff {
namespace {

TEST(Devices, TheCpuIsAlwaysThereAndLast) {
  const std::vector<DeviceReport> found = find_devices();
  EXPECT_EQ(found.back().name, "cpu");
  EXPECT_THAT(found.back().description, ::testing::HasSubstr("core"));
  EXPECT_EQ(found.back().dtypes.back(), "float32");
}

TEST(Devices, ANameThatIsNoneIsTheUsersSlip) {
  for (const char* name : {"gpu", "cuda:", "cuda:x", "cuda:-1", "cpu:0", "", "CPU"}) {
    EXPECT_ERROR(choose_placement({.device = name}, {}), ErrorKind::usage, "auto, cuda, cuda:N, mps, cpu");
  }
  EXPECT_ERROR(choose_placement({.device = "cpu", .dtype = "fp16"}, {}), ErrorKind::usage, "float16");
}

TEST(Devices, ADeviceThatIsNotThereIsNamedBesideThoseThatAre) {
  EXPECT_ERROR(choose_placement({.device = "cuda:99"}, {}), ErrorKind::device, "cpu");
}

TEST(Devices, AutoTakesOnlyADtypeTheBundleWasVerifiedIn) {
  EXPECT_EQ(choose_placement({.device = "cpu"}, {"float32"}).dtype, at::kFloat);
  EXPECT_EQ(dtype_name(choose_placement({.device = "cpu"}, {}).dtype), find_devices().back().dtypes.front());
  EXPECT_EQ(choose_placement({.device = "cpu", .dtype = "float16"}, {"float32"}).dtype, at::kHalf);
}

TEST(Devices, TheDriversVersionIsReadFromEitherKindOfModule) {
  EXPECT_EQ(parse_driver_version("NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.183.01  Sun May 12\n"
                                 "GCC version:  gcc version 12.2.0\n"),
            "535.183.01");
  EXPECT_EQ(
      parse_driver_version("NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  550.54.15  Release"),
      "550.54.15");
  EXPECT_EQ(parse_driver_version("GCC"), "");
}

}  // namespace
}  // namespace spectradiff
