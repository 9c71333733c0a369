// What the plug-in with OpenCV gives to the module that loads it.
#pragma once

#include <cstdint>

namespace spectradiff {

constexpr int kFlowAbi = 1;
constexpr const char* kFlowEntryPoint = "spectradiff_flow";

struct FlowPlugin {
  int abi = kFlowAbi;
  // Grey pictures, [height][width]; `flow` is [height][width][2]. Null, or why it failed.
  const char* (*find)(const uint8_t* from, const uint8_t* to, int width, int height, float* flow) = nullptr;
  const char* version = "";
};

}  // namespace spectradiff
