#include "devices.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <thread>

#include "cpu_facts.h"
#include "host_memory.h"
#include "nvidia_driver.h"
#include "spectradiff/base/error.h"
#include "spectradiff/base/number.h"
#include "spectradiff/base/text.h"

namespace spectradiff {
namespace {

constexpr int kAmpere = 8;  // the first generation with bfloat16 in hardware

DeviceReport report_cuda(int index) {
  const NvidiaDevice gpu = ask_nvidia_driver(index);
  DeviceReport report{
      .name = fmt::format("cuda:{}", index), .description = gpu.name, .dtypes = {"float16", "float32"}};
  if (gpu.generation >= kAmpere) report.dtypes.insert(report.dtypes.begin() + 1, "bfloat16");
  return report;
}

DeviceReport report_cpu() {
  const CpuFacts cpu = this_cpu();
  const unsigned cores = std::thread::hardware_concurrency();
  std::vector<std::string> parts;
  if (!cpu.model.empty()) parts.push_back(cpu.model);
  parts.push_back(counted(cores, "core"));
  if (!cpu.bfloat16_unit.empty()) parts.push_back(cpu.bfloat16_unit);
  DeviceReport report{.name = "cpu", .description = join(parts, ", "), .dtypes = {"float32"}};
  if (!cpu.bfloat16_unit.empty()) report.dtypes.insert(report.dtypes.begin(), "bfloat16");
  return report;
}

// "cuda" means "cuda:0"; empty when the text names no kind of device.
std::optional<std::string> full_device_name(const std::string& text) {
  if (text == "cuda") return "cuda:0";
  if (text == "mps" || text == "cpu") return text;
  if (text.starts_with("cuda:")) {
    const auto index = parse_integer(std::string_view(text).substr(5));
    if (index && *index >= 0) return fmt::format("cuda:{}", *index);
  }
  return std::nullopt;
}

DeviceReport choose_device(const std::string& asked) {
  const std::vector<DeviceReport> found = find_devices();
  if (asked == "auto") return found.front();
  const auto name = full_device_name(asked);
  if (!name) {
    throw_error(ErrorKind::usage, "device = {} is none of auto, cuda, cuda:N, mps, cpu", asked);
  }
  std::vector<std::string> names;
  for (const DeviceReport& report : found) {
    if (report.name == *name) return report;
    names.push_back(report.name);
  }
  throw_error(ErrorKind::device,
              "device {} is not there: libtorch {} sees {}; --device auto takes the best of them{}", *name,
              TORCH_VERSION, join(names, ", "),
              name->starts_with("cuda") ? " (a GPU needs its driver and a CUDA build of torch)" : "");
}

at::ScalarType parse_dtype(const std::string& text) {
  for (const at::ScalarType dtype : {at::kFloat, at::kHalf, at::kBFloat16}) {
    if (text == dtype_name(dtype)) return dtype;
  }
  throw_error(ErrorKind::usage, "dtype = {} is none of auto, float32, float16, bfloat16", text);
}

std::string best_dtype(const DeviceReport& device, const std::vector<std::string>& verified) {
  for (const std::string& dtype : device.dtypes) {
    if (verified.empty() || std::find(verified.begin(), verified.end(), dtype) != verified.end())
      return dtype;
  }
  return "float32";
}

}  // namespace

std::string device_class(const Placement& placement) {
  if (placement.device.is_cpu()) {
    const std::string unit = this_cpu().bfloat16_unit;
    return "cpu " + at::get_cpu_capability() + (unit.empty() ? "" : ", " + unit);
  }
  if (placement.device.is_mps()) return "Apple GPU";
  const long cuda = at::detail::getCUDAHooks().versionCUDART();  // 12060 for 12.6
  std::vector<std::string> parts = {ask_nvidia_driver(placement.device.index()).name};
  if (const std::string driver = nvidia_driver_version(); !driver.empty())
    parts.push_back("driver " + driver);
  parts.push_back(fmt::format("CUDA {}.{}", cuda / 1000, cuda % 1000 / 10));
  return join(parts, ", ");
}

const char* dtype_name(at::ScalarType dtype) {
  if (dtype == at::kHalf) return "float16";
  if (dtype == at::kBFloat16) return "bfloat16";
  return "float32";
}

std::vector<DeviceReport> find_devices() {
  std::vector<DeviceReport> found;
  if (torch::cuda::is_available()) {
    for (int i = 0; i < torch::cuda::device_count(); ++i) found.push_back(report_cuda(i));
  }
  if (torch::mps::is_available()) {
    found.push_back({.name = "mps", .description = "Apple GPU", .dtypes = {"float16", "float32"}});
  }
  found.push_back(report_cpu());
  return found;
}

Placement choose_placement(const EngineRequest& request, const std::vector<std::string>& verified) {
  const DeviceReport device = choose_device(request.device);
  Placement placement;
  placement.device = at::Device(device.name);
  placement.dtype = parse_dtype(request.dtype == "auto" ? best_dtype(device, verified) : request.dtype);
  return placement;
}

int intra_op_threads(const EngineRequest& request) {
  // What libtorch takes of itself, one per core: asked before anybody sets another number.
  static const int one_per_core = at::get_num_threads();
  if (request.threads < 0)
    throw_error(ErrorKind::usage, "threads = {} is outside 0 (all cores) and up", request.threads);
  return request.threads > 0 ? request.threads : one_per_core;
}

void configure_libtorch(const EngineRequest& request) {
  const int threads = intra_op_threads(request);
  if (threads != at::get_num_threads()) at::set_num_threads(threads);
  manage_host_memory();
  // float32 means float32, and two runs mean the same bytes.
  at::Context& context = at::globalContext();
  context.setAllowTF32CuDNN(false);
  context.setAllowTF32CuBLAS(false);
  context.setBenchmarkCuDNN(false);
  context.setDeterministicCuDNN(true);
}

}  // namespace spectradiff
