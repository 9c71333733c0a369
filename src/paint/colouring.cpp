#include "colouring.h"

#include "spectradiff/image/color.h"

namespace spectradiff {

void blend(Canvas& canvas, const Canvas& other, double share) {
  const int weight = weight_of(share);
  for (size_t i = 0; i < canvas.bytes().size(); ++i)
    canvas.bytes()[i] = mixed(canvas.bytes()[i], other.bytes()[i], weight);
}

Colours::Colours(const Colouring& colouring, bool part_is_level)
    : colouring_(colouring),
      by_level_(colouring.by == Colouring::By::level),
      mapped_(colouring.map != "hue") {
  if (mapped_) map_ = colour_map(colouring.map);
  if (colouring.by == Colouring::By::part) by_level_ = part_is_level && mapped_;
}

Rgb Colours::of_bin(double height) const {
  if (mapped_) return map_[static_cast<size_t>(std::lround(height * 255))];
  return hsl_to_rgb(colouring_.hue_start + colouring_.hue_span * height, colouring_.saturation,
                    colouring_.lightness);
}

Rgb Colours::on_background(double height, double strength) const {
  const Rgb ground = colouring_.background;
  uint8_t pixel[3] = {ground.r, ground.g, ground.b};
  lay(pixel, of(height, strength), weight_of(strength));
  return {pixel[0], pixel[1], pixel[2]};
}

}  // namespace spectradiff
