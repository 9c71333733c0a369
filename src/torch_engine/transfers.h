// What crosses between host and device, and how the host waits for it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "pictures.h"
#include "spectradiff/diffusion/networks.h"
#include "torch_headers.h"

namespace spectradiff {

// Host memory that the device can read by itself where it is a GPU, uninitialized.
at::Tensor host_tensor(at::IntArrayRef shape, at::ScalarType dtype, at::Device device);

// Numbers, rows of one length, as such a tensor [rows][batch] of float32. Error{internal} for other rows.
at::Tensor host_numbers(const std::vector<std::vector<double>>& rows, at::Device device);

// The overlays of a batch, [batch][numbers] of float32; zeros for those that are null. Error{internal} where
// they differ in length.
at::Tensor host_overlays(const std::vector<const std::vector<float>*>& overlays, at::Device device);

// The copy there; a CUDA device makes it when its turn comes, and nobody waits.
at::Tensor to_device(const at::Tensor& host, at::Device device);

// A device's bytes on their way: the copy begins with the constructor, and collect waits for it alone.
class TorchDecoding : public Decoding {
 public:
  // `bytes` as images_to_bytes gives them; `title` for messages.
  TorchDecoding(std::string title, const at::Tensor& bytes, Size size);
  bool is_ready() const override;
  DecodedPictures collect() override;

 private:
  std::string title_;
  at::Tensor bytes_;  // on the host once `copied_` has passed; where there is none, still on the device
  std::optional<c10::Event> copied_;
  Size size_;
};

}  // namespace spectradiff
