#include "aspect.h"

#include <algorithm>
#include <cmath>
#include <iterator>

#include "spectradiff/config/output_size.h"

namespace spectradiff {
namespace {

constexpr const char* kAspect = "aspect";
constexpr int kUsualLines = 1080;

double unlikeness(Size a, Size b) {
  const double shape = std::log(static_cast<double>(a.width) / a.height * b.height / b.width);
  const double area =
      std::log(static_cast<double>(a.width) * a.height / (static_cast<double>(b.width) * b.height));
  return 4 * std::abs(shape) + std::abs(area);
}

// Of the same area in that shape, in steps of 8.
Size painted_in_shape(Size painted, double shape) {
  const double area = static_cast<double>(painted.width) * painted.height;
  const auto side = [](double pixels) { return std::max(16, static_cast<int>(std::lround(pixels / 8)) * 8); };
  return {side(std::sqrt(area * shape)), side(std::sqrt(area / shape))};
}

}  // namespace

Size most_like(const std::vector<Size>& known, Size wanted) {
  return *std::min_element(known.begin(), known.end(),
                           [&](Size a, Size b) { return unlikeness(a, wanted) < unlikeness(b, wanted); });
}

void insert_aspect(std::vector<Layer>& layers, Size painted, const Manifest* model) {
  const auto last = std::find_if(layers.rbegin(), layers.rend(),
                                 [](const Layer& layer) { return layer.values.contains(kAspect); });
  if (last == layers.rend() || last->values[kAspect] == "auto") return;
  const auto aspect = last->values[kAspect].get<std::string>();
  for (Layer& layer : layers) {
    const auto output = layer.values.find("output_size");
    if (output == layer.values.end() || !output->is_string()) continue;
    if (const auto lines = named_short_side(output->get<std::string>()))
      *output = size_text(shaped_size(*lines, aspect));
  }
  Size size = painted_in_shape(painted, shape_of(aspect));
  if (model != nullptr && !model->verified_sizes.empty()) size = most_like(model->verified_sizes, size);
  Layer layer{kAspect};
  layer.values = {{"size", size_text(size)}, {"output_size", size_text(shaped_size(kUsualLines, aspect))}};
  layers.insert(std::prev(last.base()), std::move(layer));
}

}  // namespace spectradiff
