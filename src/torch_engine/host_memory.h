// Host memory for tensors: huge pages, used again.
#pragma once

namespace spectradiff {

// From now on libtorch's tensors on the CPU that are larger than a huge page lie in huge pages, where the
// system gives them on request, and in pages that an earlier tensor has left, where there are any:
// activations are allocated anew in every layer, and to fault and clear their pages takes up to half of a
// VAE's time. What is kept never takes the process beyond the most its tensors have needed at once. Only
// where the bytes lie changes, never what they hold.
void manage_host_memory();

// While one lives, memory that tensors leave goes back to the system at once: no later tensor is of the sizes
// of a model's weights before they are converted and packed.
class HostMemoryNotKept {
 public:
  HostMemoryNotKept();
  ~HostMemoryNotKept();
  HostMemoryNotKept(const HostMemoryNotKept&) = delete;
  HostMemoryNotKept& operator=(const HostMemoryNotKept&) = delete;
};

}  // namespace spectradiff
