#include "nvidia_driver.h"

#include <dlfcn.h>

#include <array>
#include <fstream>
#include <iterator>
#include <sstream>

namespace spectradiff {
namespace {

constexpr int kComputeCapabilityMajor = 75;  // CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR

template <typename Function>
Function* find(void* library, const char* name) {
  return reinterpret_cast<Function*>(dlsym(library, name));
}

}  // namespace

NvidiaDevice ask_nvidia_driver(int index) {
  // libtorch has the driver loaded for good, so there is nothing to close.
  void* driver = dlopen("libcuda.so.1", RTLD_LAZY | RTLD_LOCAL);
  if (driver == nullptr) return {};
  auto* init = find<int(unsigned)>(driver, "cuInit");
  auto* get = find<int(int*, int)>(driver, "cuDeviceGet");
  auto* get_name = find<int(char*, int, int)>(driver, "cuDeviceGetName");
  auto* get_attribute = find<int(int*, int, int)>(driver, "cuDeviceGetAttribute");
  int device = 0;
  if (init == nullptr || get == nullptr || get_name == nullptr || get_attribute == nullptr) return {};
  if (init(0) != 0 || get(&device, index) != 0) return {};
  NvidiaDevice found;
  std::array<char, 256> name{};
  if (get_name(name.data(), name.size() - 1, device) == 0) found.name = name.data();
  if (get_attribute(&found.generation, kComputeCapabilityMajor, device) != 0) found.generation = 0;
  return found;
}

// "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  550.54.15  Release Build …": the first word of
// numbers and points.
std::string parse_driver_version(std::string_view proc_version) {
  std::istringstream words{std::string(proc_version.substr(0, proc_version.find('\n')))};
  for (std::string word; words >> word;) {
    if (word.find('.') != word.npos && word.find_first_not_of("0123456789.") == word.npos) return word;
  }
  return "";
}

std::string nvidia_driver_version() {
  std::ifstream file("/proc/driver/nvidia/version");
  return parse_driver_version(std::string(std::istreambuf_iterator<char>(file), {}));
}

}  // namespace spectradiff
