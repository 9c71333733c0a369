#include "spectradiff/render/opacity_pictures.h"

#include <algorithm>

#include "paint_stage.h"
#include "spectradiff/image/opacity.h"

namespace spectradiff {
namespace {

class NoSink : public FrameSink {
 public:
  void accept(int64_t, const Canvas&) override {}
};

Plan over(Plan plan, Rgb ground) {
  PaintSettings& paint = plan.constants.paint;
  paint.colour.background = ground;
  paint.post = {.blur_px = paint.post.blur_px};
  return plan;
}

// The plan's paintings over a ground.
struct Ground {
  Ground(const Plan& shown, const Features& features, Rgb ground)
      : plan(over(shown, ground)), run{plan, features, sink, stop}, stage(run) {}

  const Plan plan;
  NoSink sink;
  const std::atomic<int> stop = 0;
  const Run run;
  const PaintStage stage;
};

}  // namespace

struct OpacityPictures::Impl {
  Impl(const Plan& plan, const Features& features)
      : black(plan, features, {0, 0, 0}), white(plan, features, {255, 255, 255}) {}
  const Ground black, white;
};

OpacityPictures::OpacityPictures(const Plan& plan, const Features& features)
    : impl_(std::make_unique<const Impl>(plan, features)) {}
OpacityPictures::~OpacityPictures() = default;

Canvas OpacityPictures::at(int64_t frame) const {
  const std::vector<Recipe>& rows = impl_->black.plan.rows;
  const auto row = std::lower_bound(rows.begin(), rows.end(), frame,
                                    [](const Recipe& each, int64_t wanted) { return each.frame < wanted; });
  if (row == rows.end() || row->frame != frame)
    throw_error(ErrorKind::internal, "frame {} of a transparent plan is not painted", frame);
  return opacity_between(impl_->black.stage.paint(*row).painting, impl_->white.stage.paint(*row).painting);
}

}  // namespace spectradiff
