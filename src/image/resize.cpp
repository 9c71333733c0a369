#include "spectradiff/image/resize.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numbers>
#include <vector>

#include "spectradiff/base/error.h"
#include "spectradiff/image/clones.h"

namespace spectradiff {
namespace {

constexpr int kWeightBits = 22;  // 8 bits of result and two of headroom for negative lobes remain in 32
constexpr int kRound = 1 << (kWeightBits - 1);

// The source pixels that make one target pixel.
struct Taps {
  int begin = 0;
  int count = 0;
  const int32_t* weights = nullptr;  // [count], sum about 2^22
};

// Taps of every target pixel along one axis.
struct Filter {
  std::vector<Taps> taps;        // [target]
  std::vector<int32_t> weights;  // owned storage behind taps
};

double sinc(double x) {
  if (x == 0) return 1;
  x *= std::numbers::pi;
  return std::sin(x) / x;
}

double lanczos(double x) {
  return -3 <= x && x < 3 ? sinc(x) * sinc(x / 3) : 0;
}

// Keys' cubic with a = -1/2.
double cubic(double x) {
  constexpr double a = -0.5;
  x = std::abs(x);
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  if (x < 2) return (((x - 5) * x + 8) * x - 4) * a;
  return 0;
}

struct Kernel {
  double (*weight)(double);
  double support;
};
constexpr Kernel kLanczos{lanczos, 3};
constexpr Kernel kCubic{cubic, 2};

int32_t fixed_point(double weight) {
  const double scaled = weight * (1 << kWeightBits);
  return static_cast<int32_t>(weight < 0 ? scaled - 0.5 : scaled + 0.5);
}

Filter make_filter(const Kernel& kernel, int source, int target) {
  const double scale = static_cast<double>(source) / target;
  const double stretch = std::max(scale, 1.0);
  const double support = kernel.support * stretch;
  const double shrink = 1 / stretch;
  const int most_taps = static_cast<int>(std::ceil(support)) * 2 + 1;

  Filter filter;
  filter.taps.resize(target);
  filter.weights.resize(static_cast<size_t>(target) * most_taps);
  std::vector<double> exact(most_taps);
  for (int i = 0; i < target; ++i) {
    const double centre = (i + 0.5) * scale;
    const int begin = std::max(static_cast<int>(std::floor(centre - support + 0.5)), 0);
    const int count = std::min(static_cast<int>(std::floor(centre + support + 0.5)), source) - begin;
    double sum = 0;
    for (int k = 0; k < count; ++k) sum += exact[k] = kernel.weight((k + begin - centre + 0.5) * shrink);
    int32_t* weights = filter.weights.data() + static_cast<size_t>(i) * most_taps;
    for (int k = 0; k < count; ++k) weights[k] = fixed_point(sum != 0 ? exact[k] / sum : exact[k]);
    filter.taps[i] = {begin, count, weights};
  }
  return filter;
}

uint8_t to_byte(int32_t sum) {
  return static_cast<uint8_t>(std::clamp(sum >> kWeightBits, 0, 255));
}

SPECTRADIFF_CLONES
void resize_row(const uint8_t* __restrict in, const std::vector<Taps>& row_taps, uint8_t* __restrict out) {
  for (const Taps& taps : row_taps) {
    int32_t r = kRound, g = kRound, b = kRound;
    const uint8_t* pixel = in + static_cast<size_t>(taps.begin) * 3;
    for (int k = 0; k < taps.count; ++k, pixel += 3) {
      r += pixel[0] * taps.weights[k];
      g += pixel[1] * taps.weights[k];
      b += pixel[2] * taps.weights[k];
    }
    *out++ = to_byte(r);
    *out++ = to_byte(g);
    *out++ = to_byte(b);
  }
}

Canvas resize_width(const Kernel& kernel, const Canvas& source, int width) {
  const Filter filter = make_filter(kernel, source.width(), width);
  Canvas result({width, source.height()});
  for (int y = 0; y < source.height(); ++y) resize_row(source.row(y), filter.taps, result.row(y));
  return result;
}

SPECTRADIFF_CLONES
void add_weighed(const uint8_t* __restrict in, int32_t weight, int32_t* __restrict sums, int count) {
  for (int i = 0; i < count; ++i) sums[i] += in[i] * weight;
}

SPECTRADIFF_CLONES
void to_bytes(const int32_t* __restrict sums, uint8_t* __restrict out, int count) {
  for (int i = 0; i < count; ++i) out[i] = to_byte(sums[i]);
}

Canvas resize_height(const Kernel& kernel, const Canvas& source, int height) {
  const Filter filter = make_filter(kernel, source.height(), height);
  Canvas result({source.width(), height});
  const int count = source.width() * 3;
  std::vector<int32_t> sums(count);
  for (int y = 0; y < height; ++y) {
    const Taps& taps = filter.taps[y];
    std::fill(sums.begin(), sums.end(), kRound);
    for (int k = 0; k < taps.count; ++k)
      add_weighed(source.row(taps.begin + k), taps.weights[k], sums.data(), count);
    to_bytes(sums.data(), result.row(y), count);
  }
  return result;
}

// Each pass rounds to 8 bits, so their order shows. Pillow 13's rule, found by comparing both orders with its
// results; pictures scaled alike on both axes have the width first in every version.
bool height_goes_first(Size source, Size target) {
  const int rows_lost = source.height - target.height, columns_lost = source.width - target.width;
  return rows_lost > 0 && rows_lost > 2 * columns_lost;
}

Canvas resize(const Kernel& kernel, const Canvas& source, Size size) {
  if (source.empty()) throw_error(ErrorKind::internal, "an empty picture cannot be resized");
  if (size.width < 1 || size.height < 1)
    throw_error(ErrorKind::usage, "a picture cannot be resized to {}x{} pixels; width and height start at 1",
                size.width, size.height);
  if (size == source.size()) return source.clone();
  if (size.width == source.width()) return resize_height(kernel, source, size.height);
  if (size.height == source.height()) return resize_width(kernel, source, size.width);
  if (height_goes_first(source.size(), size))
    return resize_width(kernel, resize_height(kernel, source, size.height), size.width);
  return resize_height(kernel, resize_width(kernel, source, size.width), size.height);
}

// The middle of `source`; `size` is at most the source's.
Canvas crop_middle(const Canvas& source, Size size) {
  Canvas result(size);
  const int x = (source.width() - size.width) / 2, y = (source.height() - size.height) / 2;
  for (int row = 0; row < size.height; ++row)
    std::memcpy(result.row(row), source.row(y + row) + static_cast<size_t>(x) * 3,
                static_cast<size_t>(size.width) * 3);
  return result;
}

// The largest size of `shape`'s aspect inside `room`, to the nearest pixel, at least 1x1.
Size largest_within(Size room, Size shape) {
  const int64_t w = static_cast<int64_t>(room.height) * shape.width,
                h = static_cast<int64_t>(room.width) * shape.height;
  const auto divide = [](int64_t a, int64_t b) {
    return std::max(1, static_cast<int>((2 * a + b) / (2 * b)));
  };
  if (w <= h) return {std::min(room.width, divide(w, shape.height)), room.height};
  return {room.width, std::min(room.height, divide(h, shape.width))};
}

Canvas contain(const Canvas& source, Size size) {
  const Canvas scaled = resize_lanczos(source, largest_within(size, source.size()));
  Canvas result(size);
  const int x = (size.width - scaled.width()) / 2, y = (size.height - scaled.height()) / 2;
  for (int row = 0; row < scaled.height(); ++row)
    std::memcpy(result.row(y + row) + static_cast<size_t>(x) * 3, scaled.row(row),
                static_cast<size_t>(scaled.width()) * 3);
  return result;
}

}  // namespace

Canvas resize_lanczos(const Canvas& source, Size size) {
  return resize(kLanczos, source, size);
}

Canvas resize_bicubic(const Canvas& source, Size size) {
  return resize(kCubic, source, size);
}

Canvas fit_to_size(const Canvas& source, Size size, Fit fit) {
  if (size == source.size()) return source.clone();
  switch (fit) {
    case Fit::cover: {
      const Size part = largest_within(source.size(), size);
      return part == source.size() ? resize_lanczos(source, size)
                                   : resize_lanczos(crop_middle(source, part), size);
    }
    case Fit::contain:
      return contain(source, size);
    case Fit::stretch:
      return resize_lanczos(source, size);
  }
  throw_error(ErrorKind::internal, "fit {} is not one of cover, contain, stretch", static_cast<int>(fit));
}

}  // namespace spectradiff
