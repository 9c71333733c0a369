#include "torch_upscaler.h"

#include "door.h"
#include "picture_network.h"

namespace spectradiff {
namespace {

class TorchUpscaler : public Upscaler {
 public:
  TorchUpscaler(const AdmittedModel& model, const EngineRequest& request)
      : scale_(model.manifest().scale), network_(model, request, "upscaler") {}

  Canvas upscale(const Canvas& picture) override {
    return through_the_door(network_.title(), [&] {
      // Float32 whatever the weights are: bfloat16 has fewer shades than a picture.
      const at::Tensor small = network_.padded(picture, at::kFloat);
      const std::vector<int64_t> sides = {small.size(2) * scale_, small.size(3) * scale_};
      return network_.run({small}, sides, {picture.width() * scale_, picture.height() * scale_});
    });
  }

 private:
  int scale_;
  PictureNetwork network_;
};

}  // namespace

std::unique_ptr<Upscaler> load_torch_upscaler(const AdmittedModel& model, const EngineRequest& request) {
  try {
    return std::make_unique<TorchUpscaler>(model, request);
  } catch (...) {
    rethrow_as_error("model " + model.manifest().name);
  }
}

}  // namespace spectradiff
