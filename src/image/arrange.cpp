#include "spectradiff/image/arrange.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numbers>
#include <utility>

#include "spectradiff/base/error.h"

namespace spectradiff {
namespace {

void copy_pixel(const uint8_t* from, uint8_t* to) {
  to[0] = from[0];
  to[1] = from[1];
  to[2] = from[2];
}

void reverse_row(const uint8_t* from, uint8_t* to, int count) {
  for (int i = 0; i < count; ++i)
    copy_pixel(from + static_cast<ptrdiff_t>(count - 1 - i) * 3, to + static_cast<ptrdiff_t>(i) * 3);
}

Canvas upside_down(const Canvas& picture) {
  Canvas result(picture.size());
  for (int y = 0; y < picture.height(); ++y)
    reverse_row(picture.row(picture.height() - 1 - y), result.row(y), picture.width());
  return result;
}

// A quarter turn, a block at a time, so that neither side of the copy leaves the cache.
Canvas quarter_turn(const Canvas& picture, bool clockwise) {
  constexpr int kBlock = 32;
  const int width = picture.height(), height = picture.width();
  Canvas result({width, height});
  for (int y0 = 0; y0 < height; y0 += kBlock)
    for (int x0 = 0; x0 < width; x0 += kBlock)
      for (int y = y0; y < std::min(y0 + kBlock, height); ++y)
        for (int x = x0; x < std::min(x0 + kBlock, width); ++x) {
          const int from_x = clockwise ? y : height - 1 - y, from_y = clockwise ? width - 1 - x : x;
          copy_pixel(picture.row(from_y) + static_cast<ptrdiff_t>(from_x) * 3,
                     result.row(y) + static_cast<ptrdiff_t>(x) * 3);
        }
  return result;
}

// 0..limit and back again, for ever.
double reflected(double x, double limit) {
  if (limit <= 0) return 0;
  const double turn = std::fmod(std::abs(x), 2 * limit);
  return turn > limit ? 2 * limit - turn : turn;
}

}  // namespace

Canvas rotate(Canvas picture, int degrees) {
  switch (degrees) {
    case 0:
      return picture;
    case 90:
      return quarter_turn(picture, true);
    case 180:
      return upside_down(picture);
    case 270:
      return quarter_turn(picture, false);
    default:
      throw_error(ErrorKind::usage, "rotate = {} degrees is not one of 0, 90, 180, 270", degrees);
  }
}

Canvas mirrored(const Canvas& picture) {
  Canvas result(picture.size());
  for (int y = 0; y < picture.height(); ++y) reverse_row(picture.row(y), result.row(y), picture.width());
  return result;
}

void mirror_left_half(Canvas& picture) {
  const int width = picture.width();
  for (int y = 0; y < picture.height(); ++y) {
    uint8_t* row = picture.row(y);
    for (int x = 0; x < width / 2; ++x)
      copy_pixel(row + static_cast<ptrdiff_t>(x) * 3, row + static_cast<ptrdiff_t>(width - 1 - x) * 3);
  }
}

Size mosaic_part(Size size) {
  return {(size.width + 1) / 2, (size.height + 1) / 2};
}

Canvas mosaic(const Canvas& part, Size size) {
  Canvas result(size);
  const size_t bytes = static_cast<size_t>(size.width) * 3;
  for (int y = 0; y < part.height(); ++y) {
    uint8_t* row = result.row(y);
    std::memcpy(row, part.row(y), static_cast<size_t>(part.width()) * 3);
    const int rest = size.width - part.width();
    reverse_row(part.row(y), row + static_cast<ptrdiff_t>(part.width()) * 3, rest);
    std::memcpy(result.row(size.height - 1 - y), row, bytes);
  }
  return result;
}

Kaleidoscope::Kaleidoscope(Size size, int folds) : size_(size) {
  if (folds < 2) throw_error(ErrorKind::usage, "folds = {} of a kaleidoscope is less than 2", folds);
  const double wedge = std::numbers::pi / folds;
  const double cx = (size.width - 1) / 2.0, cy = (size.height - 1) / 2.0;
  samples_.reserve(static_cast<size_t>(size.width) * size.height);
  for (int y = 0; y < size.height; ++y)
    for (int x = 0; x < size.width; ++x) {
      // Angles from the upward axis, so that the pattern is its own mirror image left to right.
      const double dx = x - cx, dy = y - cy, radius = std::hypot(dx, dy);
      const double angle = reflected(std::atan2(std::abs(dx), -dy), wedge);
      const double from_x = reflected(cx + radius * std::sin(angle), size.width - 1),
                   from_y = reflected(cy - radius * std::cos(angle), size.height - 1);
      const int left = std::min(static_cast<int>(from_x), std::max(size.width - 2, 0)),
                top = std::min(static_cast<int>(from_y), std::max(size.height - 2, 0));
      samples_.push_back({static_cast<uint32_t>((static_cast<size_t>(top) * size.width + left) * 3),
                          static_cast<uint8_t>(std::lround((from_x - left) * 128)),
                          static_cast<uint8_t>(std::lround((from_y - top) * 128))});
    }
}

Canvas Kaleidoscope::apply(const Canvas& picture) const {
  if (picture.size() != size_) throw_error(ErrorKind::internal, "a kaleidoscope of another size");
  Canvas result(size_);
  const uint8_t* in = picture.bytes().data();
  uint8_t* out = result.bytes().data();
  const size_t right = size_.width > 1 ? 3 : 0;
  const size_t below = size_.height > 1 ? static_cast<size_t>(size_.width) * 3 : 0;
  for (const Sample& sample : samples_) {
    const uint8_t* at = in + sample.offset;
    for (size_t c = 0; c < 3; ++c, ++at) {
      const int upper = at[0] * (128 - sample.x) + at[right] * sample.x;
      const int lower = at[below] * (128 - sample.x) + at[below + right] * sample.x;
      *out++ = static_cast<uint8_t>((upper * (128 - sample.y) + lower * sample.y + (1 << 13)) >> 14);
    }
  }
  return result;
}

}  // namespace spectradiff
