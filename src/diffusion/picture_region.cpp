#include "spectradiff/diffusion/picture_region.h"

#include <algorithm>
#include <cmath>

namespace spectradiff {
namespace {

double smooth_step(double from, double to, double at) {
  const double share = std::clamp((at - from) / (to - from), 0.0, 1.0);
  return share * share * (3 - 2 * share);
}

}  // namespace

const std::vector<std::string>& picture_region_names() {
  static const std::vector<std::string> names = {"top", "bottom", "left", "right", "middle"};
  return names;
}

double region_mask(PictureRegion region, double x, double y) {
  switch (region) {
    case PictureRegion::top:
      return 1 - smooth_step(0.25, 0.75, y);
    case PictureRegion::bottom:
      return smooth_step(0.25, 0.75, y);
    case PictureRegion::left:
      return 1 - smooth_step(0.25, 0.75, x);
    case PictureRegion::right:
      return smooth_step(0.25, 0.75, x);
    case PictureRegion::middle:
      return 1 - smooth_step(0.15, 0.5, std::hypot(x - 0.5, y - 0.5));
  }
  return 0;
}

std::vector<std::vector<float>> region_shares(std::span<const RegionAmount> regions, int height, int width) {
  const auto places = static_cast<size_t>(height) * static_cast<size_t>(width);
  std::vector<std::vector<float>> shares(1 + regions.size(), std::vector<float>(places));
  for (size_t place = 0; place < places; ++place) {
    const double x = (static_cast<double>(place % static_cast<size_t>(width)) + 0.5) / width;
    const double y = (static_cast<double>(place / static_cast<size_t>(width)) + 0.5) / height;
    std::vector<double> parts;
    double sum = 0;
    for (const RegionAmount& each : regions) {
      parts.push_back(each.amount * region_mask(each.region, x, y));
      sum += parts.back();
    }
    for (size_t i = 0; i < parts.size(); ++i)
      shares[i + 1][place] = static_cast<float>(parts[i] / std::max(sum, 1.0));
    shares[0][place] = static_cast<float>(1 - std::min(sum, 1.0));
  }
  return shares;
}

}  // namespace spectradiff
