// Names of NVIDIA devices and the version of their driver, asked from the driver: libtorch tells them only to
// who has the CUDA headers.
#pragma once

#include <string>
#include <string_view>

namespace spectradiff {

struct NvidiaDevice {
  std::string name;    // "NVIDIA H200"; empty when the driver does not say
  int generation = 0;  // major compute capability: 7 Volta and Turing, 8 Ampere and Ada, 9 Hopper; 0 unknown
};

NvidiaDevice ask_nvidia_driver(int index);

// "550.54.15" of /proc/driver/nvidia/version; empty where the text or the file does not say.
std::string parse_driver_version(std::string_view proc_version);
std::string nvidia_driver_version();

}  // namespace spectradiff
