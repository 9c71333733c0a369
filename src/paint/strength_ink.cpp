#include "strength_ink.h"

#include "spectradiff/image/clones.h"

namespace spectradiff {
namespace {

SPECTRADIFF_CLONES
void see(const uint16_t* __restrict strengths, const uint16_t* __restrict dims, uint16_t* __restrict weights,
         size_t count) {
  for (size_t i = 0; i < count; ++i) weights[i] = static_cast<uint16_t>(seen(strengths[i], dims[i]));
}

// Each number three times, for the bytes of its pixel.
SPECTRADIFF_CLONES
void spread(const uint16_t* __restrict numbers, uint16_t* __restrict bytes, size_t count) {
  for (size_t i = 0; i < count; ++i) bytes[3 * i] = bytes[3 * i + 1] = bytes[3 * i + 2] = numbers[i];
}

SPECTRADIFF_CLONES
void fill(Rgb colour, uint16_t* __restrict inks, size_t count) {
  for (size_t i = 0; i < count; ++i) {
    inks[3 * i] = colour.r;
    inks[3 * i + 1] = colour.g;
    inks[3 * i + 2] = colour.b;
  }
}

// lay() for each byte; 16 bits hold it all.
SPECTRADIFF_CLONES
void lay_bytes(uint8_t* __restrict bytes, const uint16_t* __restrict inks, const uint16_t* __restrict weights,
               size_t count) {
  for (size_t i = 0; i < count; ++i) {
    const auto through = static_cast<uint16_t>(256 - weights[i]);
    bytes[i] =
        static_cast<uint8_t>(static_cast<uint16_t>(bytes[i] * through + inks[i] * weights[i] + 128) >> 8);
  }
}

}  // namespace

void StrengthInk::lay_row(uint8_t* pixels, int height, const std::vector<uint16_t>& strengths,
                          const std::vector<uint16_t>& dims) {
  const size_t count = strengths.size();
  seen_.resize(count);
  weights_.resize(3 * count);
  inks_.resize(3 * count);
  if (opaque_) {
    spread(dims.data(), weights_.data(), count);
  } else {
    see(strengths.data(), dims.data(), seen_.data(), count);
    spread(seen_.data(), weights_.data(), count);
  }
  if (colours_.by_level()) {
    for (size_t i = 0; i < count; ++i) {
      const Rgb colour = table_[strengths[i] >> 7];
      inks_[3 * i] = colour.r;
      inks_[3 * i + 1] = colour.g;
      inks_[3 * i + 2] = colour.b;
    }
  } else {
    fill(table_[static_cast<size_t>(height)], inks_.data(), count);
  }
  lay_bytes(pixels, inks_.data(), weights_.data(), 3 * count);
}

}  // namespace spectradiff
