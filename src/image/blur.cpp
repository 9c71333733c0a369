// Pillow's GaussianBlur: three box filters of fractional radius, each rounded to 8 bits, along x and then
// along y. Radius from the standard deviation: Gwosdek et al., Theoretical Foundations of Gaussian
// Convolution by Extended Box Filtering (SSVM 2011), [7] and [11]-[14]; single precision where Pillow
// computes in it, or weights differ in a bit.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <new>
#include <utility>
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

// Vectors begin at a cache line: hardly a load or store of the loops below then touches two.
template <typename T>
struct CacheAligned {
  using value_type = T;
  static constexpr std::align_val_t kLine{64};

  CacheAligned() = default;
  template <typename Other>
  CacheAligned(const CacheAligned<Other>&) {}

  T* allocate(size_t count) { return static_cast<T*>(::operator new(count * sizeof(T), kLine)); }
  void deallocate(T* memory, size_t) { ::operator delete(memory, kLine); }
  friend bool operator==(const CacheAligned&, const CacheAligned&) { return true; }
};

template <typename T>
using Numbers = std::vector<T, CacheAligned<T>>;

// Pixels on their way through the passes are 8-bit numbers in 16 bits: widened once, not in every pass.
using Wide = uint16_t;
constexpr size_t kWidesPerLine = 64 / sizeof(Wide);

size_t whole_lines(size_t wides) {
  return (wides + kWidesPerLine - 1) / kWidesPerLine * kWidesPerLine;
}

[[gnu::always_inline]] inline Wide weighed(uint32_t sum, uint32_t ends, uint32_t whole, uint32_t part) {
  return static_cast<Wide>((sum * whole + ends * part + kHalf) >> 24);
}

SPECTRADIFF_CLONES
void widen(const uint8_t* __restrict in, Wide* __restrict out, int count) {
  for (int i = 0; i < count; ++i) out[i] = in[i];
}

SPECTRADIFF_CLONES
void narrow(const Wide* __restrict in, uint8_t* __restrict out, int count) {
  for (int i = 0; i < count; ++i) out[i] = static_cast<uint8_t>(in[i]);
}

// A row with room for its first and last pixel to be repeated radius + 1 times beyond its ends.
struct PaddedRow {
  PaddedRow(int width, int radius)
      : count(size_t{3} * width),
        pad(size_t{3} * (radius + 1)),
        begin(whole_lines(pad)),
        numbers(begin + count + pad) {}

  Wide* pixels() { return &numbers[begin]; }
  Wide* padded() { return &numbers[begin - pad]; }
  size_t padded_count() const { return count + 2 * pad; }
  void repeat_ends() {
    constexpr size_t kPixel = 3 * sizeof(Wide);  // known here: no call for so few bytes
    for (size_t i = 0; i < pad; i += 3) {
      std::memcpy(padded() + i, pixels(), kPixel);
      std::memcpy(pixels() + count + i, pixels() + count - 3, kPixel);
    }
  }

  size_t count, pad, begin;
  Numbers<Wide> numbers;
};

// sums[i] is the sum of that channel over all pixels before i, modulo 2^32: a difference of two is a window's
// sum.
void prefix_sums(const Wide* row, size_t count, uint32_t* sums) {
  uint32_t r = 0, g = 0, b = 0;
  for (size_t i = 0; i < count; i += 3) {
    sums[i] = r;
    sums[i + 1] = g;
    sums[i + 2] = b;
    r += row[i];
    g += row[i + 1];
    b += row[i + 2];
  }
}

SPECTRADIFF_CLONES
void weigh_row(const uint32_t* __restrict window_begin, const uint32_t* __restrict window_end,
               const Wide* __restrict left, const Wide* __restrict right, Wide* __restrict out, int count,
               uint32_t whole, uint32_t part) {
  for (int i = 0; i < count; ++i) {
    const uint32_t ends = static_cast<uint32_t>(left[i]) + right[i];
    out[i] = weighed(window_end[i] - window_begin[i], ends, whole, part);
  }
}

// For small boxes: every window is summed anew, which the compiler does for many pixels at once.
template <int Radius>
[[gnu::always_inline]] inline void sum_and_weigh(const Wide* __restrict padded, Wide* __restrict out,
                                                 int count, uint32_t whole, uint32_t part) {
  const Wide* middle = padded + ptrdiff_t{3} * (Radius + 1);
  for (int i = 0; i < count; ++i) {
    Wide sum = 0;
    for (ptrdiff_t k = -Radius; k <= Radius; ++k) sum += middle[i + 3 * k];
    const Wide ends = middle[i - 3 * (Radius + 1)] + middle[i + 3 * (Radius + 1)];
    out[i] = weighed(sum, ends, whole, part);
  }
}

constexpr int kLargestSummed = 2;

SPECTRADIFF_CLONES
void sum_and_weigh_row(int radius, const Wide* __restrict padded, Wide* __restrict out, int count,
                       uint32_t whole, uint32_t part) {
  if (radius == 0) sum_and_weigh<0>(padded, out, count, whole, part);
  if (radius == 1) sum_and_weigh<1>(padded, out, count, whole, part);
  if (radius == 2) sum_and_weigh<2>(padded, out, count, whole, part);
}

// The passes along x.
class RowBlur {
 public:
  RowBlur(int width, const Box& box)
      : box_(box), count_(3 * width), from_(width, box.radius), to_(width, box.radius) {
    if (box.radius > kLargestSummed) sums_.resize(from_.padded_count());
  }

  void blur(uint8_t* row) {
    widen(row, from_.pixels(), count_);
    for (int pass = 0; pass < kPasses; ++pass) {
      from_.repeat_ends();
      weigh(to_.pixels());
      std::swap(from_, to_);
    }
    narrow(from_.pixels(), row, count_);
  }

 private:
  void weigh(Wide* out) {
    const Wide* padded = from_.padded();
    if (box_.radius <= kLargestSummed)
      return sum_and_weigh_row(box_.radius, padded, out, count_, box_.whole, box_.part);
    prefix_sums(padded, from_.padded_count(), sums_.data());
    const size_t far = 2 * from_.pad;
    weigh_row(&sums_[3], &sums_[far], padded, padded + far, out, count_, box_.whole, box_.part);
  }

  const Box box_;
  const int count_;
  PaddedRow from_, to_;
  std::vector<uint32_t> sums_;
};

template <typename Sum>
[[gnu::always_inline]] inline void slide(Sum* __restrict sums, const Wide* __restrict leaving,
                                         const Wide* __restrict entering, const Wide* __restrict far,
                                         Wide* __restrict out, int count, uint32_t whole, uint32_t part) {
  for (int i = 0; i < count; ++i) {
    sums[i] += static_cast<Sum>(entering[i] - leaving[i]);
    out[i] = weighed(sums[i], static_cast<uint32_t>(leaving[i]) + far[i], whole, part);
  }
}

SPECTRADIFF_CLONES
void slide_and_weigh(uint16_t* sums, const Wide* leaving, const Wide* entering, const Wide* far, Wide* out,
                     int count, uint32_t whole, uint32_t part) {
  slide(sums, leaving, entering, far, out, count, whole, part);
}

SPECTRADIFF_CLONES
void slide_and_weigh(uint32_t* sums, const Wide* leaving, const Wide* entering, const Wide* far, Wide* out,
                     int count, uint32_t whole, uint32_t part) {
  slide(sums, leaving, entering, far, out, count, whole, part);
}

constexpr int kBlock = 512;         // neighbouring columns of bytes
constexpr int kLargest16Bit = 128;  // radius of the largest box whose sum is less than 2^16

// One pass along y, row by row; holds only the rows that its box reaches.
template <typename Sum>
class ColumnPass {
 public:
  ColumnPass(int rows, const Box& box)
      : box_(box),
        rows_(rows),
        held_(std::min(2 * box.radius + 3, rows)),
        ring_(static_cast<size_t>(held_) * kBlock),
        sums_(kBlock) {}

  // Where to put row y of what comes in, in order.
  Wide* row(int y) { return &ring_[static_cast<size_t>(y % held_) * kBlock]; }

  // Row y of what goes out, in order; row y + radius + 1 is in, or the last one.
  void blur(int y, Wide* out) {
    if (y == 0) begin();
    slide_and_weigh(sums_.data(), nearest(y - box_.radius - 1), nearest(y + box_.radius),
                    nearest(y + box_.radius + 1), out, kBlock, box_.whole, box_.part);
  }

 private:
  const Wide* nearest(int y) { return row(std::clamp(y, 0, rows_ - 1)); }

  // The window of the row before the first.
  void begin() {
    std::fill(sums_.begin(), sums_.end(), Sum{0});
    Sum* __restrict sums = sums_.data();
    for (int y = -box_.radius - 1; y < box_.radius; ++y) {
      const Wide* in = nearest(y);
      for (int i = 0; i < kBlock; ++i) sums[i] += in[i];
    }
  }

  const Box box_;
  const int rows_, held_;
  Numbers<Wide> ring_;  // [held][kBlock]
  Numbers<Sum> sums_;
};

// All passes in one sweep, each as far behind the one before as its box reaches. `kBlock` columns at a time:
// what the passes hold stays in the cache.
template <typename Sum>
void blur_columns(Canvas& canvas, const Box& box) {
  const int lag = box.radius + 1, height = canvas.height(), width = 3 * canvas.width();
  std::vector<ColumnPass<Sum>> passes(kPasses, ColumnPass<Sum>(height, box));
  Numbers<Wide> finished(kBlock);
  for (int x = 0; x < width; x += kBlock) {
    const int count = std::min(kBlock, width - x);
    for (int step = 0; step < height + kPasses * lag; ++step) {
      if (step < height) widen(canvas.row(step) + x, passes[0].row(step), count);
      for (int pass = 0; pass < kPasses; ++pass) {
        const int y = step - (pass + 1) * lag;
        if (y < 0 || y >= height) continue;
        const bool last = pass == kPasses - 1;
        passes[pass].blur(y, last ? finished.data() : passes[pass + 1].row(y));
        if (last) narrow(finished.data(), canvas.row(y) + x, count);
      }
    }
  }
}

void blur_rows(Canvas& canvas, const Box& box) {
  RowBlur along_x(canvas.width(), box);
  for (int y = 0; y < canvas.height(); ++y) along_x.blur(canvas.row(y));
}

}  // namespace

void gaussian_blur(Canvas& canvas, double radius_px) {
  if (!(radius_px >= 0 && radius_px <= kLargestBlur))
    throw_error(ErrorKind::usage, "blur = {} px is outside 0..{}; 2 softens the grain", radius_px,
                kLargestBlur);
  if (radius_px == 0 || canvas.empty()) return;
  const Box box = box_of_sigma(static_cast<float>(radius_px));
  blur_rows(canvas, box);
  box.radius <= kLargest16Bit ? blur_columns<uint16_t>(canvas, box) : blur_columns<uint32_t>(canvas, box);
}

}  // namespace spectradiff
