#include "torch_interpolator.h"

#include "door.h"
#include "picture_network.h"

namespace spectradiff {
namespace {

class TorchInterpolator : public Interpolator {
 public:
  TorchInterpolator(const AdmittedModel& model, const EngineRequest& request)
      : network_(model, request, "interpolator") {}

  std::vector<Canvas> between(const Canvas& from, const Canvas& to, int parts) override {
    return through_the_door(network_.title(), [&] {
      const auto& [device, dtype] = network_.placement();
      const at::Tensor first = network_.padded(from, dtype), second = network_.padded(to, dtype);
      std::vector<Canvas> pictures;
      for (int part = 1; part < parts; ++part) {
        const at::Tensor time =
            at::full({1, 1}, static_cast<double>(part) / parts, at::TensorOptions(at::kFloat))
                .to(device, dtype);
        pictures.push_back(network_.run({first, second, time}, first.sizes().slice(2), from.size()));
      }
      return pictures;
    });
  }

 private:
  PictureNetwork network_;
};

}  // namespace

std::unique_ptr<Interpolator> load_torch_interpolator(const AdmittedModel& model,
                                                      const EngineRequest& request) {
  try {
    return std::make_unique<TorchInterpolator>(model, request);
  } catch (...) {
    rethrow_as_error("model " + model.manifest().name);
  }
}

}  // namespace spectradiff
