// Host memory for tensors in huge pages.
#pragma once

namespace spectradiff {

// From now on libtorch's tensors on the CPU that are larger than a huge page lie in huge pages, where the
// system gives them on request. Activations are allocated anew in every layer, and the faults of their 4 kB
// pages take up to half of a VAE's time. Only where the bytes lie changes, never what they hold.
void use_huge_pages();

}  // namespace spectradiff
