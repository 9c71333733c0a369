#include "spectradiff/render/motion_meter.h"

#include <algorithm>
#include <cmath>

#include "spectradiff/flow/optical_flow.h"
#include "spectradiff/image/resize.h"

namespace spectradiff {
namespace {

constexpr int kMostPixels = 256;  // of the longer side

Canvas reduced(const Canvas& picture) {
  const auto [width, height] = picture.size();
  const double scale = std::min(1.0, static_cast<double>(kMostPixels) / std::max(width, height));
  const auto scaled = [&](int pixels) { return std::max(1, static_cast<int>(std::lround(pixels * scale))); };
  return fit_to_size(picture, {scaled(width), scaled(height)}, Fit::stretch);
}

double difference(const uint8_t* pixel, const FloatColour& colour) {
  return (std::abs(pixel[0] - colour.r) + std::abs(pixel[1] - colour.g) + std::abs(pixel[2] - colour.b)) /
         (3 * 255.0);
}

}  // namespace

void MotionMeter::add(const Canvas& picture, bool after_neighbour) {
  Canvas now = reduced(picture);
  if (after_neighbour && before_.size() == now.size()) {
    const Flow forward = optical_flow(before_, now);
    const std::vector<float> sure = reliability(forward, optical_flow(now, before_));
    double way = 0, warped = 0, unwarped = 0, count = 0;
    size_t i = 0;
    for (int y = 0; y < now.height(); ++y) {
      for (int x = 0; x < now.width(); ++x, ++i) {
        way += std::hypot(forward.x[i], forward.y[i]);
        if (sure[i] == 0) continue;
        const uint8_t* pixel = before_.row(y) + 3 * x;
        const auto column = static_cast<float>(x), row = static_cast<float>(y);
        warped += difference(pixel, colour_at(now, column + forward.x[i], row + forward.y[i]));
        unwarped += difference(pixel, colour_at(now, column, row));
        count += 1;
      }
    }
    flows_.push_back(way / static_cast<double>(i) / now.width());
    if (count > 0) {
      warped_ += warped / count;
      unwarped_ += unwarped / count;
      ++pairs_;
    }
  }
  before_ = std::move(now);
}

std::optional<Motion> MotionMeter::motion() const {
  if (pairs_ == 0) return std::nullopt;
  std::vector<double> flows = flows_;
  const auto middle = flows.begin() + static_cast<ptrdiff_t>(flows.size() / 2);
  std::nth_element(flows.begin(), middle, flows.end());
  return Motion{*middle, warped_ / pairs_, unwarped_ / pairs_};
}

}  // namespace spectradiff
