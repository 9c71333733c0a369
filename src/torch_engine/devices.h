// Which device and which precision, from what the user asked for and what is there.
#pragma once

#include <string>
#include <vector>

#include "spectradiff/diffusion/engine.h"
#include "torch_headers.h"

namespace spectradiff {

struct Placement {
  at::Device device = at::kCPU;
  at::ScalarType dtype = at::kFloat;
};

// Devices best first: cuda, mps, cpu. The first dtype of each is what `auto` takes.
std::vector<DeviceReport> find_devices();

// `verified` are the dtypes the bundle was checked in; auto takes no other, unless the list is empty.
// Error{usage} for a name that is none, Error{device} for a device that is not there.
Placement choose_placement(const EngineRequest& request, const std::vector<std::string>& verified);

// As EngineFacts has it: the instruction set that libtorch and oneDNN use on this CPU, or the GPU, its driver
// and the CUDA that libtorch brings.
std::string device_class(const Placement& placement);

const char* dtype_name(at::ScalarType dtype);

// Within an operation, on the CPU: those asked for, or as many as libtorch takes of itself. Error{usage}.
int intra_op_threads(const EngineRequest& request);

// Threads, precision and host memory of libtorch, which are the process's: the last call decides.
void configure_libtorch(const EngineRequest& request);

}  // namespace spectradiff
