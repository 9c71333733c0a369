// Where and how a model runs on this machine: all that its pictures' bytes follow from beside the job itself.
#pragma once

#include <string>

namespace spectradiff {

// What determinism rests on. A picture is the same bytes wherever all of these are equal and the frame, the
// model's files and the slots of a batch (EngineRequest::batch_size) are:
//   - device_class: kernels are chosen by the instructions that a processor has, and each adds up in its own
//     order; a GPU's by its model, its driver's code generator by the driver.
//   - dtype; engine: torch's version, and whether it runs the bundle's compiled code or its TorchScript.
//   - threads: a sum over a picture may be split among them.
// What else could change a byte is shut out: matrix products in TF32 and cuDNN's search for the fastest
// kernel are off, the interpreter does not rewrite graphs after their first runs (torch_engine/door.h), noise
// is drawn on the host in float32 from a source per frame, latents are combined without fused multiply-adds,
// and whatever else is in a batch, a frame's slot gives the same bytes ("Slots and padding", diffuser.h).
// Not tried: processors of one class with caches of other sizes.
struct EngineFacts {
  std::string device;        // "cpu", "cuda:0", "mps"
  std::string device_class;  // "cpu AVX512, AVX512-BF16"; "NVIDIA H200, driver 550.54.15, CUDA 12.6"
  std::string dtype;         // "float32", "bfloat16", "float16"
  std::string engine;        // "libtorch 2.13.0, TorchScript", "libtorch 2.13.0, compiled"
  int threads = 1;           // within an operation, on the CPU
  friend bool operator==(const EngineFacts&, const EngineFacts&) = default;
};

}  // namespace spectradiff
