#include "pictures.h"

#include <algorithm>
#include <cstring>

#include "spectradiff/base/error.h"

namespace spectradiff {
namespace {

// [batch][3][H][W], 0..1, float32.
at::Tensor unit_pictures(std::span<const Canvas* const> pictures, at::Device device) {
  if (pictures.empty()) throw_error(ErrorKind::internal, "no pictures");
  const Size size = pictures[0]->size();
  at::Tensor bytes = at::empty({static_cast<int64_t>(pictures.size()), size.height, size.width, 3},
                               at::TensorOptions(at::kByte));
  auto* out = bytes.data_ptr<uint8_t>();
  for (const Canvas* picture : pictures) {
    if (picture->size() != size || picture->empty()) {
      throw_error(ErrorKind::internal, "the pictures of one batch have different sizes: {}x{} and {}x{}",
                  size.width, size.height, picture->width(), picture->height());
    }
    out = std::copy(picture->bytes().begin(), picture->bytes().end(), out);
  }
  // Divided by a tensor: on a GPU, division by a plain number is a multiplication by its rounded inverse.
  const at::Tensor white = at::full({1}, 255.0F, at::TensorOptions(at::kFloat).device(device));
  return bytes.to(device).permute({0, 3, 1, 2}).to(at::kFloat).div(white);
}

}  // namespace

at::Tensor pictures_to_tensor(std::span<const Canvas* const> pictures, at::Device device,
                              at::ScalarType dtype) {
  return unit_pictures(pictures, device).mul_(2).sub_(1).to(dtype);
}

at::Tensor pictures_to_unit_tensor(std::span<const Canvas* const> pictures, at::Device device,
                                   at::ScalarType dtype) {
  return unit_pictures(pictures, device).contiguous().to(dtype);
}

DecodedPictures unit_tensor_to_pictures(const at::Tensor& images) {
  const int64_t batch = images.size(0), height = images.size(2), width = images.size(3);
  // One NaN or infinity anywhere makes the sum one.
  const at::Tensor finite = images.sum({1, 2, 3}, false, at::kFloat).isfinite().cpu();
  const at::Tensor bytes = images.clamp(0, 1)
                               .to(at::kFloat)
                               .mul_(255)
                               .round_()
                               .to(at::kByte)
                               .permute({0, 2, 3, 1})
                               .contiguous()
                               .cpu();
  DecodedPictures decoded;
  const auto* in = bytes.data_ptr<uint8_t>();
  const auto* is_finite = finite.data_ptr<bool>();
  const size_t picture_bytes = static_cast<size_t>(height * width * 3);
  for (int64_t b = 0; b < batch; ++b) {
    Canvas picture(Size{static_cast<int>(width), static_cast<int>(height)});
    std::memcpy(picture.bytes().data(), in + static_cast<size_t>(b) * picture_bytes, picture_bytes);
    decoded.pictures.push_back(std::move(picture));
    decoded.finite.push_back(is_finite[b]);
  }
  return decoded;
}

DecodedPictures tensor_to_pictures(const at::Tensor& images) {
  return unit_tensor_to_pictures(images.mul(0.5).add_(0.5));
}

}  // namespace spectradiff
