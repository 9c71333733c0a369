#include "spectradiff/image/warp.h"

#include <algorithm>
#include <cmath>
#include <complex>
#include <cstdint>
#include <numbers>

#include "spectradiff/base/mirrored.h"
#include "spectradiff/image/blend.h"

namespace spectradiff {
namespace {

// Places in the source picture, in units of 2^-32 pixels: a step from pixel to pixel is then exact to a
// thousandth of a pixel over the widest picture, and rounding hides what mathematical libraries disagree on.
constexpr int kFractionBits = 32;

int64_t fixed_pixels(double pixels) {
  return std::llround(std::ldexp(pixels, kFractionBits));
}

// The pixel that shows at `place` of a line of `count` pixels.
int shown_at(int64_t place, int count, Border border) {
  if (place >= 0 && place < count) return static_cast<int>(place);
  if (border == Border::replicate || count == 1) return place < 0 ? 0 : count - 1;
  if (border == Border::reflect) return static_cast<int>(mirrored_about_ends(place, count));
  return static_cast<int>(((place % count) + count) % count);
}

struct Place {
  int before = 0, after = 0;  // the pixels around it
  int share = 0;              // of `after`, 0..256
};

Place place_at(int64_t fixed, int count, Border border) {
  constexpr int kShareBits = 8;
  const int64_t rounded = fixed + (int64_t{1} << (kFractionBits - kShareBits - 1));
  const int64_t whole = rounded >> kFractionBits;
  return {shown_at(whole, count, border), shown_at(whole + 1, count, border),
          static_cast<int>((rounded >> (kFractionBits - kShareBits)) & 0xFF)};
}

}  // namespace

std::array<double, 6> place_before(const CameraStep& step, Size size) {
  const double angle = step.turn_degrees * std::numbers::pi / 180;
  const double cosine = std::cos(angle) / step.zoom, sine = std::sin(angle) / step.zoom;
  const double centre_x = size.width * step.centre_x - 0.5, centre_y = size.height * step.centre_y - 0.5;
  const double from_x = -centre_x - step.pan_x * size.width, from_y = -centre_y - step.pan_y * size.height;
  return {cosine, sine,   cosine * from_x + sine * from_y + centre_x,
          -sine,  cosine, cosine * from_y - sine * from_x + centre_y};
}

namespace {

// The picture whose pixel at (x, y) is the one at the place before it.
Canvas taken_from(const Canvas& picture, const std::array<double, 6>& before, Border border) {
  const auto [width, height] = picture.size();
  // Where the first pixel was, and how far that goes from pixel to pixel and from row to row.
  const int64_t first_x = fixed_pixels(before[2]), first_y = fixed_pixels(before[5]);
  const int64_t along = fixed_pixels(before[0]), across = fixed_pixels(before[1]);

  Canvas moved(picture.size());
  for (int y = 0; y < height; ++y) {
    uint8_t* out = moved.row(y);
    for (int x = 0; x < width; ++x) {
      const Place column = place_at(first_x + along * x + across * y, width, border);
      const Place line = place_at(first_y + along * y - across * x, height, border);
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

// From a tile to the next one, in pixels; a reflected one shares its border with its mirror image.
int tile_length(int pixels, Border border) {
  return border == Border::wrap ? pixels : std::max(1, pixels - 1);
}

// The same place near the middle: every tile is the same, or every second.
double near_middle(double tiles, Border border) {
  if (border == Border::replicate) return std::clamp(tiles, -100.0, 100.0);
  return std::remainder(tiles, border == Border::wrap ? 1 : 2);
}

}  // namespace

Canvas moved_by_camera(const Canvas& picture, const CameraStep& step, Border border) {
  if (step == CameraStep()) return picture.clone();
  return taken_from(picture, place_before(step, picture.size()), border);
}

// With complex numbers for places from the middle, z for zoom and turn and q for what is in the middle, the
// pixel p sees p / z + q. A step makes p' = s p + b of p, so that p' sees p' / (z s) + q - b / (z s).
CameraView moved_on(const CameraView& view, const CameraStep& step, Size size, Border border) {
  using Place = std::complex<double>;
  const auto turned = [](double degrees) { return std::polar(1.0, degrees * std::numbers::pi / 180); };
  const Place stretch = step.zoom * turned(step.turn_degrees);
  const Place centre((step.centre_x - 0.5) * size.width, (step.centre_y - 0.5) * size.height);
  const Place moved = (1.0 - stretch) * centre + Place(step.pan_x * size.width, step.pan_y * size.height);
  const Place back = moved / (view.zoom * turned(view.turn_degrees) * stretch);
  CameraView next{view.zoom * step.zoom, std::fmod(view.turn_degrees + step.turn_degrees, 360),
                  view.x - back.real() / tile_length(size.width, border),
                  view.y - back.imag() / tile_length(size.height, border)};
  const auto go = [&next](double octaves) {
    next.zoom /= octaves;
    next.x *= octaves;
    next.y *= octaves;
  };
  while (next.zoom >= 2) go(2);
  while (next.zoom < 1) go(0.5);
  next.x = near_middle(next.x, border);
  next.y = near_middle(next.y, border);
  return next;
}

Canvas seen_by_camera(const Canvas& picture, const CameraView& view, Border border) {
  if (view == CameraView()) return picture.clone();
  const auto [width, height] = picture.size();
  const double middle_x = (width - 1) / 2.0, middle_y = (height - 1) / 2.0;
  const double angle = view.turn_degrees * std::numbers::pi / 180;
  const auto seen = [&](double octave) {
    const double cosine = std::cos(angle) * octave / view.zoom, sine = std::sin(angle) * octave / view.zoom;
    const double x = near_middle(view.x * octave, border) * tile_length(width, border);
    const double y = near_middle(view.y * octave, border) * tile_length(height, border);
    return taken_from(picture,
                      {cosine, sine, middle_x + x - cosine * middle_x - sine * middle_y, -sine, cosine,
                       middle_y + y + sine * middle_x - cosine * middle_y},
                      border);
  };
  constexpr int kParts = 256;
  const double way = std::log2(view.zoom);
  const auto next = static_cast<int>(std::lround(way * way * (3 - 2 * way) * kParts));
  return next == 0 ? seen(1) : blend(seen(1), seen(2), next, kParts);
}

}  // namespace spectradiff
