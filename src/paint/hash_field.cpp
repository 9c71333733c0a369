#include "hash_field.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "colouring.h"
#include "spectradiff/base/number.h"
#include "spectradiff/image/clones.h"
#include "spectradiff/paint/painter.h"

namespace spectradiff {
namespace {

// What a bin's marks do to the bytes below them this frame: byte · keep / 256 + its own share. 16 bits hold
// it all.
struct MarkInk {
  uint16_t keep = 256;          // 256 leaves the picture as it is
  std::vector<uint16_t> share;  // [3 · side], red, green, blue in turn, rounding included
};

MarkInk make_ink(Rgb colour, int side, double strength) {
  const auto opacity = static_cast<int>(std::lround(strength * 256));
  MarkInk ink;
  ink.keep = static_cast<uint16_t>(256 - opacity);
  if (opacity == 0) return ink;
  ink.share.resize(static_cast<size_t>(side) * 3);
  for (int i = 0; i < side * 3; i += 3) {
    ink.share[i] = static_cast<uint16_t>(colour.r * opacity + 128);
    ink.share[i + 1] = static_cast<uint16_t>(colour.g * opacity + 128);
    ink.share[i + 2] = static_cast<uint16_t>(colour.b * opacity + 128);
  }
  return ink;
}

// Where a mark begins along one axis: evenly among all places that show some of it.
int place(uint32_t hash, int extent, int side) {
  return static_cast<int>((static_cast<uint64_t>(hash) * static_cast<uint64_t>(extent + side - 1)) >> 32) -
         (side - 1);
}

// A 32-bit place `drift` widths further, at a speed of this mark's own: -1 to 1 of it. Places wrap around.
uint32_t drifted(uint32_t place, uint32_t speed16, int64_t drift_fixed) {
  const int64_t speed = static_cast<int64_t>(speed16) - 32768;  // of 2^15
  return place + static_cast<uint32_t>(drift_fixed * speed);
}

template <int Count>
[[gnu::always_inline]] inline void lay_bytes(const uint8_t* below, const uint16_t* __restrict share,
                                             uint16_t keep, uint8_t* out) {
  uint8_t inked[Count];
  for (int i = 0; i < Count; ++i)
    inked[i] = static_cast<uint8_t>(static_cast<uint16_t>(below[i] * keep + share[i]) >> 8);
  std::memcpy(out, inked, Count);
}

// At least `Chunk` bytes, `Chunk` at a time. The last ones are made first, from what is still below all of
// them: so they may overlap those before, and no byte is left to be made by itself.
template <int Chunk>
[[gnu::always_inline]] inline void lay_chunks(uint8_t* bytes, int count, const uint16_t* __restrict share,
                                              uint16_t keep) {
  const int last_begin = count - Chunk;
  uint8_t last[Chunk];
  lay_bytes<Chunk>(bytes + last_begin, share + last_begin, keep, last);
  for (int i = 0; i < last_begin; i += Chunk) lay_bytes<Chunk>(bytes + i, share + i, keep, bytes + i);
  std::memcpy(bytes + last_begin, last, Chunk);
}

// Rows `top` to `bottom` of a mark whose left edge is column `x`; `picture` is the picture's row under the
// first of them.
SPECTRADIFF_CLONES
void stamp(uint8_t* picture, int width, int x, int side, const int* inset, int top, int bottom,
           const uint16_t* share, uint16_t keep) {
  for (int row = top; row < bottom; ++row, picture += static_cast<ptrdiff_t>(width) * 3) {
    const int begin = std::max(x + inset[row], 0), end = std::min(x + side - inset[row], width);
    if (begin >= end) continue;
    uint8_t* bytes = picture + static_cast<ptrdiff_t>(begin) * 3;
    const int count = (end - begin) * 3;
    if (count >= 32) {
      lay_chunks<32>(bytes, count, share, keep);
    } else if (count >= 8) {
      lay_chunks<8>(bytes, count, share, keep);
    } else {
      for (int i = 0; i < count; ++i) lay_bytes<1>(bytes + i, share + i, keep, bytes + i);
    }
  }
}

std::vector<int> insets(HashField::Shape shape, int side) {
  std::vector<int> inset(side, 0);
  if (shape == HashField::Shape::square) return inset;
  // Pixels whose centre lies in the disc, in half pixels from the middle.
  for (int row = 0; row < side; ++row) {
    const int64_t dy = 2 * row + 1 - side;
    const auto outside = [&](int64_t dx) { return dx * dx + dy * dy > static_cast<int64_t>(side) * side; };
    while (outside(2 * inset[row] + 1 - side)) ++inset[row];
  }
  return inset;
}

}  // namespace

std::unique_ptr<Painting> make_hash_field(const Levels& levels, const PaintSettings& settings, Size size) {
  return std::make_unique<HashFieldPainting>(levels, settings, size);
}

HashFieldPainting::HashFieldPainting(const Levels& levels, const PaintSettings& settings, Size size)
    : levels_(levels), field_(settings.hash), size_(size), marks_(make_marks(settings.hash, size)) {}

std::vector<HashFieldPainting::Mark> HashFieldPainting::make_marks(const HashField& field, Size size) const {
  const double scale = std::sqrt(static_cast<double>(size.width) * size.height) / 512;
  std::vector<Mark> marks;
  for (int bin = 0; bin < levels_.bins(); ++bin) {
    const double height = 2 * height_of_bin(bin, levels_.bins()) - 1;
    const double side_px = field.mark_size_px * scale * std::exp2(-field.taper * height);
    const int side = std::max(1, static_cast<int>(std::lround(side_px)));
    marks.push_back({side, insets(field.shape, side)});
  }
  return marks;
}

void HashFieldPainting::paint(const PaintSettings& now, int64_t frame, double opacity, Canvas& canvas) const {
  const bool same = now.hash == field_ && canvas.size() == size_;
  const std::vector<Mark> moved = same ? std::vector<Mark>() : make_marks(now.hash, canvas.size());
  const std::vector<Mark>& marks = same ? marks_ : moved;

  const std::vector<float> strengths = levels_.strengths(frame, now.colour.gamma);
  const Colours colours(now.colour);
  std::vector<MarkInk> inks;
  inks.reserve(strengths.size());
  for (int bin = 0; bin < levels_.bins(); ++bin) {
    const double strength = strengths[bin];
    inks.push_back(make_ink(colours.of(height_of_bin(bin, levels_.bins()), strength), marks[bin].side,
                            opacity * strength));
  }

  const int64_t drift_fixed = std::llround(std::ldexp(now.hash.drift, 32 - 15));
  // Marks of one number for all bins before the next: no bin lies below all others.
  for (int number = 0; number < now.hash.marks_per_bin; ++number)
    for (int bin = 0; bin < levels_.bins(); ++bin) {
      const MarkInk& ink = inks[bin];
      if (ink.keep == 256) continue;
      const Mark& mark = marks[bin];
      const uint64_t hash = splitmix64(static_cast<uint64_t>(bin) << 32 | static_cast<uint64_t>(number));
      const uint64_t speeds = splitmix64(hash);
      const uint32_t across = drifted(static_cast<uint32_t>(hash >> 32), speeds >> 48, drift_fixed);
      const uint32_t down = drifted(static_cast<uint32_t>(hash), speeds >> 32 & 0xffff, drift_fixed);
      const int x = place(across, canvas.width(), mark.side);
      const int y = place(down, canvas.height(), mark.side);
      const int top = std::max(-y, 0), bottom = std::min(mark.side, canvas.height() - y);
      stamp(canvas.row(y + top), canvas.width(), x, mark.side, mark.inset.data(), top, bottom,
            ink.share.data(), ink.keep);
    }
}

}  // namespace spectradiff
