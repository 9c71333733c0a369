#include "spectradiff/image/post.h"

#include <algorithm>
#include <array>

#include "spectradiff/base/error.h"

namespace spectradiff {
namespace {

using Table = std::array<uint8_t, 256>;
using Histogram = std::array<int64_t, 256>;

std::array<Histogram, 3> histograms(const Canvas& canvas) {
  std::array<Histogram, 3> counts{};
  const auto& bytes = canvas.bytes();
  for (size_t i = 0; i < bytes.size(); i += 3)
    for (int c = 0; c < 3; ++c) ++counts[c][bytes[i + c]];
  return counts;
}

void look_up(Canvas& canvas, const std::array<Table, 3>& tables) {
  auto& bytes = canvas.bytes();
  for (size_t i = 0; i < bytes.size(); i += 3)
    for (int c = 0; c < 3; ++c) bytes[i + c] = tables[c][bytes[i + c]];
}

Table identity() {
  Table table;
  for (int i = 0; i < 256; ++i) table[i] = static_cast<uint8_t>(i);
  return table;
}

Table stretch_table(int low, int high) {
  if (high <= low) return identity();
  const double scale = 255.0 / (high - low);
  const double offset = -low * scale;
  Table table;
  for (int i = 0; i < 256; ++i) {
    const int value = static_cast<int>(i * scale + offset);
    table[i] = static_cast<uint8_t>(value < 0 ? 0 : value > 255 ? 255 : value);
  }
  return table;
}

Table autocontrast_table(const Histogram& counts) {
  int low = 0, high = 255;
  while (low < 255 && counts[low] == 0) ++low;
  while (high > 0 && counts[high] == 0) --high;
  return stretch_table(low, high);
}

Table equalize_table(const Histogram& counts) {
  int64_t total = 0, last = 0;
  int used = 0;
  for (const int64_t count : counts) {
    if (count == 0) continue;
    total += count;
    last = count;
    ++used;
  }
  const int64_t step = (total - last) / 255;
  if (used <= 1 || step == 0) return identity();
  Table table;
  int64_t sum = step / 2;
  for (int i = 0; i < 256; ++i) {
    // `step` is rounded down, so the quotient of a small picture passes 255; Pillow clips it.
    table[i] = static_cast<uint8_t>(std::min<int64_t>(sum / step, 255));
    sum += counts[i];
  }
  return table;
}

template <typename MakeTable>
void map_by_histogram(Canvas& canvas, MakeTable make_table) {
  const auto counts = histograms(canvas);
  look_up(canvas, {make_table(counts[0]), make_table(counts[1]), make_table(counts[2])});
}

}  // namespace

void greyscale(Canvas& canvas) {
  auto& bytes = canvas.bytes();
  for (size_t i = 0; i < bytes.size(); i += 3) {
    // ITU-R 601 luma in 16-bit fixed point.
    const uint32_t luma = (19595u * bytes[i] + 38470u * bytes[i + 1] + 7471u * bytes[i + 2] + 0x8000u) >> 16;
    bytes[i] = bytes[i + 1] = bytes[i + 2] = static_cast<uint8_t>(luma);
  }
}

void invert(Canvas& canvas) {
  for (uint8_t& byte : canvas.bytes()) byte = static_cast<uint8_t>(255 - byte);
}

void autocontrast(Canvas& canvas) {
  map_by_histogram(canvas, autocontrast_table);
}

void equalize(Canvas& canvas) {
  map_by_histogram(canvas, equalize_table);
}

void ContrastRange::add(const Canvas& canvas) {
  const auto& bytes = canvas.bytes();
  for (size_t i = 0; i < bytes.size(); i += 3)
    for (size_t c = 0; c < 3; ++c) {
      low[c] = std::min(low[c], bytes[i + c]);
      high[c] = std::max(high[c], bytes[i + c]);
    }
}

void ContrastRange::add(const ContrastRange& range) {
  for (size_t c = 0; c < 3; ++c) {
    low[c] = std::min(low[c], range.low[c]);
    high[c] = std::max(high[c], range.high[c]);
  }
}

void stretch(Canvas& canvas, const ContrastRange& range) {
  look_up(canvas, {stretch_table(range.low[0], range.high[0]), stretch_table(range.low[1], range.high[1]),
                   stretch_table(range.low[2], range.high[2])});
}

void apply(const PostChain& chain, Canvas& canvas, const ContrastRange* song) {
  gaussian_blur(canvas, chain.blur_px);
  if (chain.greyscale) greyscale(canvas);
  if (chain.invert) invert(canvas);
  if (chain.autocontrast == Autocontrast::frame) autocontrast(canvas);
  if (chain.autocontrast == Autocontrast::song) {
    if (song == nullptr) throw_error(ErrorKind::internal, "the song's contrast is not known");
    stretch(canvas, *song);
  }
  if (chain.equalize) equalize(canvas);
}

}  // namespace spectradiff
