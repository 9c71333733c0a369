#include "picture_network.h"

#include <algorithm>
#include <utility>

#include "pictures.h"
#include "spectradiff/base/error.h"
#include "transfers.h"

namespace spectradiff {
namespace {

Placement placement_of(const Manifest& manifest, const EngineRequest& request) {
  const std::vector<std::string>& verified = manifest.verified_dtypes;
  EngineRequest own = request;
  if (std::find(verified.begin(), verified.end(), own.dtype) == verified.end()) own.dtype = "auto";
  configure_libtorch(request);
  return choose_placement(own, verified);
}

int64_t padding(int64_t side, int multiple) {
  return (multiple - side % multiple) % multiple;
}

}  // namespace

PictureNetwork::PictureNetwork(const AdmittedModel& model, const EngineRequest& request,
                               const std::string& name)
    : PictureNetwork(model, placement_of(model.manifest(), request), name) {}

PictureNetwork::PictureNetwork(const AdmittedModel& model, const Placement& placement,
                               const std::string& name)
    : placement_(placement),
      pad_multiple_(model.manifest().pad_multiple),
      network_(model, name, placement.device, placement.dtype) {}

at::Tensor PictureNetwork::padded(const Canvas& picture, at::ScalarType dtype) const {
  const at::Tensor bytes = to_device(picture_bytes({&picture}, placement_.device), placement_.device);
  const at::Tensor tensor = bytes_to_unit_images(bytes, dtype);
  const int64_t right = padding(picture.width(), pad_multiple_);
  const int64_t bottom = padding(picture.height(), pad_multiple_);
  return right + bottom == 0 ? tensor : at::replication_pad2d(tensor, {0, right, 0, bottom});
}

Canvas PictureNetwork::run(std::vector<c10::IValue> inputs, at::IntArrayRef sides, Size size) {
  const at::Tensor whole = network_.run(std::move(inputs), {1, 3, sides[0], sides[1]});
  const at::Tensor part = whole.narrow(2, 0, size.height).narrow(3, 0, size.width);
  DecodedPictures decoded = bytes_to_pictures(unit_images_to_bytes(part).cpu(), size);
  if (!decoded.finite[0]) {
    throw_error(ErrorKind::model, "{} gave NaN or infinity instead of a picture; try --dtype float32",
                title());
  }
  return std::move(decoded.pictures[0]);
}

}  // namespace spectradiff
