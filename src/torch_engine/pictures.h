// Pictures into the tensors that a VAE takes and back, equal to what diffusers' VaeImageProcessor does.
#pragma once

#include <vector>

#include "spectradiff/diffusion/networks.h"
#include "torch_headers.h"

namespace spectradiff {

// [batch][H][W][3], bytes, in host memory that `device` can read. Error{internal} unless all pictures have
// one size.
at::Tensor picture_bytes(const std::vector<const Canvas*>& pictures, at::Device device);

// Of such bytes, where they are: [batch][3][H][W] with channels last in memory, -1..1, computed in float32
// and then cast.
at::Tensor bytes_to_images(const at::Tensor& bytes, at::ScalarType dtype);
// The same in 0..1, as a control network takes them.
at::Tensor bytes_to_unit_images(const at::Tensor& bytes, at::ScalarType dtype);

// `images` [batch][3][H][W], nominally -1..1: mapped to 0..1 and clamped in their own dtype, then 8 bits,
// halves to even. [batch][H·W·3 + 1]: the picture, and whether it is finite, so that one copy takes all to
// the host.
at::Tensor images_to_bytes(const at::Tensor& images);
// The same of `images` nominally in 0..1.
at::Tensor unit_images_to_bytes(const at::Tensor& images);

// Of these bytes, on the host.
DecodedPictures bytes_to_pictures(const at::Tensor& bytes, Size size);

}  // namespace spectradiff
