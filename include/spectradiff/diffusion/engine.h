// Finds and loads the engine plug-in, the only room that knows libtorch.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "spectradiff/diffusion/manifest.h"
#include "spectradiff/diffusion/networks.h"

namespace spectradiff {

struct EngineRequest {
  std::string device = "auto";  // auto, cuda, cuda:N, mps, cpu
  std::string dtype = "auto";   // auto, float32, float16, bfloat16
  int threads = 0;              // intra-op threads; 0: all cores
};

struct DeviceReport {
  std::string name;         // "cpu", "cuda:0"
  std::string description;  // "AMD EPYC, 2 cores, AVX512-BF16"
  std::vector<std::string> dtypes;  // the ones worth using, best first
};

struct EngineReport {
  std::string torch_version;
  std::filesystem::path plugin;
  std::vector<DeviceReport> devices;
};

// Loads the plug-in on first call (and never before), then the bundle's networks. The caller has verified files and trust.
// Error{model} when the plug-in, libtorch or a network does not load; Error{device} when the device is not there; Error{usage} for a bad name.
std::unique_ptr<Networks> load_networks(const Manifest& manifest, const EngineRequest& request);

// Error{model} with the remedy where there is no plug-in or no libtorch.
EngineReport engine_report();

// SPECTRADIFF_ENGINE, beside the program, ../lib/spectradiff of it. Empty when there is none.
std::filesystem::path find_engine_plugin();

// What the plug-in exports, by C name `spectradiff_engine`; the plug-in checks `abi` and the rest is C++ of the same build.
struct EnginePlugin {
  int abi = 1;
  std::unique_ptr<Networks> (*load)(const Manifest&, const EngineRequest&) = nullptr;
  EngineReport (*report)() = nullptr;
};

}  // namespace spectradiff
