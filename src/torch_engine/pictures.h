// Pictures into the tensors that a VAE takes and back, equal to what diffusers' VaeImageProcessor does.
#pragma once

#include <span>

#include "spectradiff/diffusion/networks.h"
#include "torch_headers.h"

namespace spectradiff {

// [batch][3][H][W] with channels last in memory, -1..1, computed in float32 on the device and then cast.
// Error{internal} unless all pictures have one size.
at::Tensor pictures_to_tensor(std::span<const Canvas* const> pictures, at::Device device,
                              at::ScalarType dtype);
// The same in 0..1, as a control network takes them.
at::Tensor pictures_to_unit_tensor(std::span<const Canvas* const> pictures, at::Device device,
                                   at::ScalarType dtype);

// `images` [batch][3][H][W], nominally -1..1: mapped to 0..1 and clamped in their own dtype, then 8 bits,
// halves to even.
DecodedPictures tensor_to_pictures(const at::Tensor& images);
// The same of `images` nominally in 0..1.
DecodedPictures unit_tensor_to_pictures(const at::Tensor& images);

}  // namespace spectradiff
