#include "transfers.h"

#include <algorithm>
#include <utility>

#include "door.h"
#include "spectradiff/base/error.h"

namespace spectradiff {

at::Tensor host_tensor(at::IntArrayRef shape, at::ScalarType dtype, at::Device device) {
  return at::empty(shape, at::TensorOptions(dtype).pinned_memory(device.is_cuda()));
}

at::Tensor host_numbers(const std::vector<std::vector<double>>& rows, at::Device device) {
  const size_t columns = rows.empty() ? 0 : rows[0].size();
  at::Tensor numbers = host_tensor({std::ssize(rows), static_cast<int64_t>(columns)}, at::kFloat, device);
  auto* out = numbers.data_ptr<float>();
  for (const std::vector<double>& row : rows) {
    if (row.size() != columns)
      throw_error(ErrorKind::internal, "{} numbers in a row of {}", row.size(), columns);
    for (const double value : row) *out++ = static_cast<float>(value);
  }
  return numbers;
}

at::Tensor host_overlays(const std::vector<const std::vector<float>*>& overlays, at::Device device) {
  size_t count = 0;
  for (const auto* values : overlays) count = std::max(count, values != nullptr ? values->size() : 0);
  at::Tensor table = host_tensor({std::ssize(overlays), static_cast<int64_t>(count)}, at::kFloat, device);
  auto* out = table.data_ptr<float>();
  for (const auto* values : overlays) {
    if (values != nullptr && values->size() != count)
      throw_error(ErrorKind::internal, "overlays of {} and {} numbers in a batch", values->size(), count);
    out = values != nullptr ? std::copy(values->begin(), values->end(), out) : std::fill_n(out, count, 0.0f);
  }
  return table;
}

at::Tensor to_device(const at::Tensor& host, at::Device device) {
  return host.to(device, /*non_blocking=*/device.is_cuda());
}

TorchDecoding::TorchDecoding(std::string title, const at::Tensor& bytes, Size size)
    : title_(std::move(title)), bytes_(bytes), size_(size) {
  const at::Device device = bytes.device();
  if (!device.is_cuda()) return;
  bytes_ = host_tensor(bytes.sizes(), at::kByte, device);
  bytes_.copy_(bytes, /*non_blocking=*/true);
  copied_.emplace(device.type());
  copied_->record(c10::impl::VirtualGuardImpl(device.type()).getStream(device));
}

bool TorchDecoding::is_ready() const {
  return through_the_door(title_, [&] { return !copied_ || copied_->query(); });
}

DecodedPictures TorchDecoding::collect() {
  return through_the_door(title_, [&] {
    if (copied_) copied_->synchronize();
    return bytes_to_pictures(bytes_.cpu(), size_);
  });
}

}  // namespace spectradiff
