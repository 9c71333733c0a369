// Pillow's GaussianBlur: three box filters of fractional radius, each rounded to 8 bits, along x and then
// along y. Radius from the standard deviation: Gwosdek et al., Theoretical Foundations of Gaussian
// Convolution by Extended Box Filtering (SSVM 2011), [7] and [11]-[14]; single precision where Pillow
// computes in it, or weights differ in a bit.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

#include "spectradiff/base/error.h"
#include "spectradiff/image/clones.h"
#include "spectradiff/image/post.h"

namespace spectradiff {
namespace {

constexpr int kPasses = 3;
constexpr double kLargestBlur = 1000;
constexpr uint32_t kHalf = 1u << 23;

// A box that covers 2 * radius + 1 pixels wholly and one more on either side in part. Weights in 1 / 2^24.
struct Box {
  int radius = 0;
  uint32_t whole = 0;
  uint32_t part = 0;
};

Box box_of_sigma(float sigma) {
  const float variance = sigma * sigma / kPasses;
  const auto length = static_cast<float>(std::sqrt(12.0 * variance + 1.0));
  const auto steps = static_cast<float>(std::floor((length - 1.0) / 2.0));
  float fraction = (2 * steps + 1) * (steps * (steps + 1) - 3 * variance);
  fraction /= 6 * (variance - (steps + 1) * (steps + 1));
  const float radius = steps + fraction;

  Box box;
  box.radius = static_cast<int>(radius);
  box.whole = static_cast<uint32_t>(static_cast<float>(1 << 24) / (radius * 2 + 1));
  box.part = ((1u << 24) - (box.radius * 2 + 1) * box.whole) / 2;
  return box;
}

// A row with its first and last pixel repeated radius + 1 times beyond its ends.
struct PaddedRow {
  PaddedRow(int width, int radius) : pad(3 * (radius + 1)), bytes(3 * width + 2 * pad) {}

  uint8_t* pixels() { return bytes.data() + pad; }
  void repeat_ends() {
    const size_t end = bytes.size() - pad;
    for (int i = 0; i < pad; i += 3) {
      std::memcpy(&bytes[i], &bytes[pad], 3);
      std::memcpy(&bytes[end + i], &bytes[end - 3], 3);
    }
  }

  int pad;
  std::vector<uint8_t> bytes;
};

// sums[i] is the sum of that channel over all pixels before i, modulo 2^32: a difference of two is a window's
// sum.
void prefix_sums(const uint8_t* bytes, size_t count, uint32_t* sums) {
  uint32_t r = 0, g = 0, b = 0;
  for (size_t i = 0; i < count; i += 3) {
    sums[i] = r;
    sums[i + 1] = g;
    sums[i + 2] = b;
    r += bytes[i];
    g += bytes[i + 1];
    b += bytes[i + 2];
  }
}

SPECTRADIFF_CLONES
void weigh_row(const uint32_t* __restrict window_begin, const uint32_t* __restrict window_end,
               const uint8_t* __restrict left, const uint8_t* __restrict right, uint8_t* __restrict out,
               int count, uint32_t whole, uint32_t part) {
  for (int i = 0; i < count; ++i) {
    const uint32_t sum = window_end[i] - window_begin[i];
    const uint32_t ends = static_cast<uint32_t>(left[i]) + right[i];
    out[i] = static_cast<uint8_t>((sum * whole + ends * part + kHalf) >> 24);
  }
}

// For small boxes: every window is summed anew, which the compiler does for many pixels at once.
template <int Radius>
[[gnu::always_inline]] inline void sum_and_weigh(const uint8_t* __restrict padded, uint8_t* __restrict out,
                                                 int count, uint32_t whole, uint32_t part) {
  const uint8_t* middle = padded + ptrdiff_t{3} * (Radius + 1);
  for (int i = 0; i < count; ++i) {
    uint16_t sum = 0;
    for (ptrdiff_t k = -Radius; k <= Radius; ++k) sum += middle[i + 3 * k];
    const uint32_t ends = static_cast<uint32_t>(middle[i - 3 * (Radius + 1)]) + middle[i + 3 * (Radius + 1)];
    out[i] = static_cast<uint8_t>((sum * whole + ends * part + kHalf) >> 24);
  }
}

constexpr int kLargestSummed = 2;

SPECTRADIFF_CLONES
void sum_and_weigh_row(int radius, const uint8_t* __restrict padded, uint8_t* __restrict out, int count,
                       uint32_t whole, uint32_t part) {
  if (radius == 0) sum_and_weigh<0>(padded, out, count, whole, part);
  if (radius == 1) sum_and_weigh<1>(padded, out, count, whole, part);
  if (radius == 2) sum_and_weigh<2>(padded, out, count, whole, part);
}

void blur_rows_of_small_box(Canvas& canvas, const Box& box) {
  const int count = canvas.width() * 3;
  PaddedRow padded(canvas.width(), box.radius);
  for (int y = 0; y < canvas.height(); ++y) {
    uint8_t* row = canvas.row(y);
    for (int pass = 0; pass < kPasses; ++pass) {
      std::memcpy(padded.pixels(), row, static_cast<size_t>(count));
      padded.repeat_ends();
      sum_and_weigh_row(box.radius, padded.bytes.data(), row, count, box.whole, box.part);
    }
  }
}

void blur_rows(Canvas& canvas, const Box& box) {
  if (box.radius <= kLargestSummed) return blur_rows_of_small_box(canvas, box);
  const int count = canvas.width() * 3;
  PaddedRow padded(canvas.width(), box.radius);
  std::vector<uint32_t> sums(padded.bytes.size());
  std::vector<uint8_t> passed(count);
  const int far = 2 * padded.pad;
  for (int y = 0; y < canvas.height(); ++y) {
    uint8_t* row = canvas.row(y);
    for (int pass = 0; pass < kPasses; ++pass) {
      std::memcpy(padded.pixels(), pass == 0 ? row : passed.data(), count);
      padded.repeat_ends();
      prefix_sums(padded.bytes.data(), padded.bytes.size(), sums.data());
      weigh_row(sums.data() + 3, sums.data() + far, padded.bytes.data(), padded.bytes.data() + far,
                pass == kPasses - 1 ? row : passed.data(), count, box.whole, box.part);
    }
  }
}

SPECTRADIFF_CLONES
void slide_and_weigh(uint32_t* __restrict sums, const uint8_t* __restrict leaving,
                     const uint8_t* __restrict entering, const uint8_t* __restrict far,
                     uint8_t* __restrict out, int count, uint32_t whole, uint32_t part) {
  for (int i = 0; i < count; ++i) {
    sums[i] += static_cast<uint32_t>(entering[i]) - leaving[i];
    const uint32_t ends = static_cast<uint32_t>(leaving[i]) + far[i];
    out[i] = static_cast<uint8_t>((sums[i] * whole + ends * part + kHalf) >> 24);
  }
}

// `count` neighbouring columns of bytes, one pass along y.
void blur_columns(const uint8_t* in, size_t in_stride, uint8_t* out, size_t out_stride, int rows, int count,
                  const Box& box, uint32_t* sums) {
  const auto row = [&](int y) { return in + std::clamp(y, 0, rows - 1) * in_stride; };
  std::fill_n(sums, count, 0);
  for (int y = -box.radius - 1; y < box.radius; ++y)
    for (int i = 0; i < count; ++i) sums[i] += row(y)[i];
  for (int y = 0; y < rows; ++y)
    slide_and_weigh(sums, row(y - box.radius - 1), row(y + box.radius), row(y + box.radius + 1),
                    out + y * out_stride, count, box.whole, box.part);
}

void blur_columns(Canvas& canvas, const Box& box) {
  constexpr int kBlock = 192;  // a block of three passes stays in the second-level cache
  const int rows = canvas.height();
  const size_t stride = static_cast<size_t>(canvas.width()) * 3;
  std::vector<uint32_t> sums(kBlock);
  std::vector<uint8_t> first(static_cast<size_t>(kBlock) * rows), second(first.size());
  for (size_t x = 0; x < stride; x += kBlock) {
    const int count = static_cast<int>(std::min<size_t>(kBlock, stride - x));
    uint8_t* block = canvas.row(0) + x;
    blur_columns(block, stride, first.data(), kBlock, rows, count, box, sums.data());
    blur_columns(first.data(), kBlock, second.data(), kBlock, rows, count, box, sums.data());
    blur_columns(second.data(), kBlock, block, stride, rows, count, box, sums.data());
  }
}

}  // namespace

void gaussian_blur(Canvas& canvas, double radius_px) {
  if (!(radius_px >= 0 && radius_px <= kLargestBlur))
    throw_error(ErrorKind::usage, "blur = {} px is outside 0..{}; 2 softens the grain", radius_px,
                kLargestBlur);
  if (radius_px == 0 || canvas.empty()) return;
  const Box box = box_of_sigma(static_cast<float>(radius_px));
  blur_rows(canvas, box);
  blur_columns(canvas, box);
}

}  // namespace spectradiff
