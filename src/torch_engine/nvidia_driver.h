// Names of NVIDIA devices, asked from the driver: libtorch tells them only to who has the CUDA headers.
#pragma once

#include <string>

namespace spectradiff {

struct NvidiaDevice {
  std::string name;    // "NVIDIA H200"; empty when the driver does not say
  int generation = 0;  // major compute capability: 7 Volta and Turing, 8 Ampere and Ada, 9 Hopper; 0 unknown
};

NvidiaDevice ask_nvidia_driver(int index);

}  // namespace spectradiff
