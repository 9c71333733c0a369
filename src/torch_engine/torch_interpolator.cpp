#include "torch_interpolator.h"

#include <algorithm>

#include "devices.h"
#include "door.h"
#include "pictures.h"
#include "script_network.h"
#include "spectradiff/base/error.h"
#include "transfers.h"

namespace spectradiff {
namespace {

int64_t padding(int64_t side, int multiple) {
  return (multiple - side % multiple) % multiple;
}

class TorchInterpolator : public Interpolator {
 public:
  TorchInterpolator(const AdmittedModel& model, const Placement& placement)
      : placement_(placement),
        pad_multiple_(model.manifest().pad_multiple),
        network_(model, "interpolator", placement.device, placement.dtype) {}

  std::vector<Canvas> between(const Canvas& from, const Canvas& to, int parts) override {
    return through_the_door(network_.title(), [&] {
      const at::Tensor first = padded(from), second = padded(to);
      std::vector<Canvas> pictures;
      for (int part = 1; part < parts; ++part) {
        const at::Tensor time =
            at::full({1, 1}, static_cast<double>(part) / parts, at::TensorOptions(at::kFloat))
                .to(placement_.device, placement_.dtype);
        const at::Tensor whole = network_.run({first, second, time}, first.sizes().vec());
        const at::Tensor images = whole.narrow(2, 0, from.height()).narrow(3, 0, from.width());
        DecodedPictures decoded = bytes_to_pictures(unit_images_to_bytes(images).cpu(), from.size());
        if (!decoded.finite[0]) {
          throw_error(ErrorKind::model, "{} gave NaN or infinity instead of a picture; try --dtype float32",
                      network_.title());
        }
        pictures.push_back(std::move(decoded.pictures[0]));
      }
      return pictures;
    });
  }

 private:
  at::Tensor padded(const Canvas& picture) const {
    const at::Tensor bytes = to_device(picture_bytes({&picture}, placement_.device), placement_.device);
    const at::Tensor tensor = bytes_to_unit_images(bytes, placement_.dtype);
    const int64_t right = padding(picture.width(), pad_multiple_);
    const int64_t bottom = padding(picture.height(), pad_multiple_);
    return right + bottom == 0 ? tensor : at::replication_pad2d(tensor, {0, right, 0, bottom});
  }

  Placement placement_;
  int pad_multiple_;
  ScriptNetwork network_;
};

}  // namespace

std::unique_ptr<Interpolator> load_torch_interpolator(const AdmittedModel& model,
                                                      const EngineRequest& request) {
  try {
    const std::vector<std::string>& verified = model.manifest().verified_dtypes;
    EngineRequest own = request;
    if (std::find(verified.begin(), verified.end(), own.dtype) == verified.end()) own.dtype = "auto";
    const Placement placement = choose_placement(own, verified);
    configure_libtorch(request);
    return std::make_unique<TorchInterpolator>(model, placement);
  } catch (...) {
    rethrow_as_error("model " + model.manifest().name);
  }
}

}  // namespace spectradiff
