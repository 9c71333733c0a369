#include "pictures.h"

#include <algorithm>
#include <cstring>

#include "spectradiff/base/error.h"
#include "transfers.h"

namespace spectradiff {
namespace {

// [batch][3][H][W], 0..1, float32.
at::Tensor unit_images(const at::Tensor& bytes) {
  // Divided by a tensor: on a GPU, division by a plain number is a multiplication by its rounded inverse.
  const at::Tensor white = at::full({1}, 255.0F, at::TensorOptions(at::kFloat).device(bytes.device()));
  return bytes.permute({0, 3, 1, 2}).to(at::kFloat).div(white);
}

}  // namespace

at::Tensor picture_bytes(const std::vector<const Canvas*>& pictures, at::Device device) {
  if (pictures.empty()) throw_error(ErrorKind::internal, "no pictures");
  const Size size = pictures[0]->size();
  at::Tensor bytes = host_tensor({std::ssize(pictures), size.height, size.width, 3}, at::kByte, device);
  auto* out = bytes.data_ptr<uint8_t>();
  for (const Canvas* picture : pictures) {
    if (picture->size() != size || picture->empty()) {
      throw_error(ErrorKind::internal, "the pictures of one batch have different sizes: {}x{} and {}x{}",
                  size.width, size.height, picture->width(), picture->height());
    }
    out = std::copy(picture->bytes().begin(), picture->bytes().end(), out);
  }
  return bytes;
}

at::Tensor bytes_to_images(const at::Tensor& bytes, at::ScalarType dtype) {
  return unit_images(bytes).mul_(2).sub_(1).to(dtype);
}

at::Tensor bytes_to_unit_images(const at::Tensor& bytes, at::ScalarType dtype) {
  return unit_images(bytes).contiguous().to(dtype);
}

at::Tensor unit_images_to_bytes(const at::Tensor& images) {
  // One NaN or infinity anywhere makes the sum one.
  const at::Tensor finite = images.sum({1, 2, 3}, false, at::kFloat).isfinite().to(at::kByte);
  const at::Tensor bytes =
      images.clamp(0, 1).to(at::kFloat).mul_(255).round_().to(at::kByte).permute({0, 2, 3, 1});
  return at::cat({bytes.reshape({bytes.size(0), -1}), finite.unsqueeze(1)}, 1);
}

at::Tensor images_to_bytes(const at::Tensor& images) {
  return unit_images_to_bytes(images.mul(0.5).add_(0.5));
}

DecodedPictures bytes_to_pictures(const at::Tensor& bytes, Size size) {
  const auto* in = bytes.data_ptr<uint8_t>();
  DecodedPictures decoded;
  for (int64_t b = 0; b < bytes.size(0); ++b) {
    Canvas picture(size);
    const size_t count = picture.bytes().size();
    std::memcpy(picture.bytes().data(), in, count);
    decoded.pictures.push_back(std::move(picture));
    decoded.finite.push_back(in[count] != 0);
    in += count + 1;
  }
  return decoded;
}

}  // namespace spectradiff
