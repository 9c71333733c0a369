#include "spectradiff/image/warp.h"

#include <cmath>
#include <cstdint>
#include <numbers>

namespace spectradiff {
namespace {

// Places in the source picture, in units of 2^-32 pixels: a step from pixel to pixel is then exact to a
// thousandth of a pixel over the widest picture, and rounding hides what mathematical libraries disagree on.
constexpr int kFractionBits = 32;

int64_t fixed_pixels(double pixels) {
  return std::llround(std::ldexp(pixels, kFractionBits));
}

// The pixel that shows at `place` where a line of `count` pixels is reflected at both ends (… 2 1 | 0 1 2 …).
int reflected(int64_t place, int count) {
  if (count == 1) return 0;
  const int64_t period = int64_t{2} * (count - 1);
  const int64_t within = ((place % period) + period) % period;
  return static_cast<int>(within < count ? within : period - within);
}

struct Place {
  int before = 0, after = 0;  // the pixels around it
  int share = 0;              // of `after`, 0..256
};

Place place_at(int64_t fixed, int count) {
  constexpr int kShareBits = 8;
  const int64_t rounded = fixed + (int64_t{1} << (kFractionBits - kShareBits - 1));
  const int64_t whole = rounded >> kFractionBits;
  return {reflected(whole, count), reflected(whole + 1, count),
          static_cast<int>((rounded >> (kFractionBits - kShareBits)) & 0xFF)};
}

}  // namespace

Canvas moved_by_camera(const Canvas& picture, const CameraStep& step) {
  if (step == CameraStep()) return picture.clone();
  const auto [width, height] = picture.size();
  const double angle = step.turn_degrees * std::numbers::pi / 180;
  const double cosine = std::cos(angle) / step.zoom, sine = std::sin(angle) / step.zoom;
  const double centre_x = (width - 1) / 2.0, centre_y = (height - 1) / 2.0;
  const double from_x = -centre_x - step.pan_x * width, from_y = -centre_y - step.pan_y * height;
  // Where the first pixel was, and how far that goes from pixel to pixel and from row to row.
  const int64_t first_x = fixed_pixels(cosine * from_x + sine * from_y + centre_x);
  const int64_t first_y = fixed_pixels(cosine * from_y - sine * from_x + centre_y);
  const int64_t along = fixed_pixels(cosine), across = fixed_pixels(sine);

  Canvas moved(picture.size());
  for (int y = 0; y < height; ++y) {
    uint8_t* out = moved.row(y);
    for (int x = 0; x < width; ++x) {
      const Place column = place_at(first_x + along * x + across * y, width);
      const Place line = place_at(first_y + along * y - across * x, height);
      const uint8_t* above = picture.row(line.before);
      const uint8_t* below = picture.row(line.after);
      for (int channel = 0; channel < 3; ++channel) {
        const auto between = [&](const uint8_t* row) {
          return row[3 * column.before + channel] * (256 - column.share) +
                 row[3 * column.after + channel] * column.share;
        };
        const int value = between(above) * (256 - line.share) + between(below) * line.share;
        *out++ = static_cast<uint8_t>((value + (1 << 15)) >> 16);
      }
    }
  }
  return moved;
}

}  // namespace spectradiff
