// Finds and loads the engine plug-in, the only room that knows libtorch.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "spectradiff/diffusion/admitted_model.h"
#include "spectradiff/diffusion/engine_facts.h"
#include "spectradiff/diffusion/networks.h"
#include "spectradiff/image/canvas.h"

namespace spectradiff {

class Interpolator;
class Upscaler;

struct EngineRequest {
  std::string device = "auto";  // auto, cuda, cuda:N, mps, cpu
  std::string dtype = "auto";   // auto, float32, float16, bfloat16
  int threads = 0;              // intra-op threads; 0: all cores
  // What the networks are going to be given: code that was compiled for it is taken where the bundle has
  // such.
  Size size;           // of the pictures; empty: not known
  int batch_size = 0;  // slots; 0: not known
  bool guided = true;  // positive and negative prompt in one batch, except where the model embeds guidance
  // Frames see anchors' attention: of a bundle with an attention bank, never by compiled code.
  bool coherent = false;
};

struct DeviceReport {
  std::string name;                 // "cpu", "cuda:0"
  std::string description;          // "AMD EPYC, 2 cores, AVX512-BF16"
  std::vector<std::string> dtypes;  // the ones worth using, best first
};

struct EngineReport {
  std::string torch_version;
  std::filesystem::path plugin;
  std::vector<DeviceReport> devices;
};

// What "auto" comes to for this request on this machine: what the networks would say of themselves. Loads no
// weights. Errors as load_networks has them for plug-in, libtorch, device and names.
EngineFacts engine_facts(const Manifest& manifest, const EngineRequest& request);

// Loads the plug-in on first call (and never before), then the bundle's networks. A plug-in that does not
// find its libtorch gets it from SPECTRADIFF_TORCH_DIR, or libtorch or python/torch in the user's data
// folder, or ../lib/spectradiff/libtorch of the program's folder. Error{model} when the
// plug-in, libtorch or a network does not load, or a file has changed since the model was admitted;
// Error{device} when the device is not there; Error{usage} for a bad name.
std::unique_ptr<Networks> load_networks(const AdmittedModel& model, const EngineRequest& request);

// Error{model} with the remedy where there is no plug-in or no libtorch.
EngineReport engine_report();

// The file that SPECTRADIFF_ENGINE names; else libspectradiff_torch.so in ../lib or ../lib/spectradiff of the
// program's folder. Empty when there is none.
std::filesystem::path find_engine_plugin();

// What the plug-in gives through its one C symbol, `extern "C" const EnginePlugin* spectradiff_engine()`.
// Program and plug-in are C++ of one build; a change to anything that crosses between them raises kEngineAbi.
inline constexpr int kEngineAbi = 14;
struct EnginePlugin {
  int abi = kEngineAbi;
  std::unique_ptr<Networks> (*load)(const AdmittedModel&, const EngineRequest&) = nullptr;
  EngineReport (*report)() = nullptr;
  EngineFacts (*facts)(const Manifest&, const EngineRequest&) = nullptr;
  std::unique_ptr<Interpolator> (*load_interpolator)(const AdmittedModel&, const EngineRequest&) = nullptr;
  std::unique_ptr<Upscaler> (*load_upscaler)(const AdmittedModel&, const EngineRequest&) = nullptr;
};

}  // namespace spectradiff
