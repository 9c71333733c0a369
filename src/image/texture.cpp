#include "spectradiff/image/texture.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "spectradiff/base/mirrored.h"
#include "spectradiff/base/number.h"

namespace spectradiff {
namespace {

constexpr int kReach = 2;
constexpr int kTapBits = 12;
constexpr std::array<int, 2 * kReach + 1> kTaps = {223, 1000, 1650, 1000, 223};  // of a Gaussian; sum 4096

uint8_t clamped_byte(int64_t value) {
  return static_cast<uint8_t>(std::clamp<int64_t>(value, 0, 255));
}

// Each row blurred along itself, in units of 2^-kTapBits.
std::vector<int> blurred_rows(const Canvas& picture) {
  const auto [width, height] = picture.size();
  std::vector<int> sums;
  sums.reserve(picture.bytes().size());
  for (int y = 0; y < height; ++y) {
    const uint8_t* row = picture.row(y);
    for (int x = 0; x < width; ++x) {
      for (int channel = 0; channel < 3; ++channel) {
        int sum = 0;
        for (int tap = -kReach; tap <= kReach; ++tap)
          sum += kTaps[static_cast<size_t>(tap + kReach)] *
                 row[3 * mirrored_about_ends(x + tap, width) + channel];
        sums.push_back(sum);
      }
    }
  }
  return sums;
}

// About normal, of mean 0 and deviation 65536 / sqrt(3): four uniform numbers from 64 bits.
int64_t noise_at(uint64_t seed, uint64_t place) {
  const uint64_t bits = splitmix64(seed + place);
  int64_t sum = -2 * 65535;
  for (int part = 0; part < 64; part += 16) sum += static_cast<int64_t>((bits >> part) & 0xFFFF);
  return sum;
}

struct ChannelLevel {
  int64_t sum = 0, squares = 0;
};

}  // namespace

void sharpen(Canvas& picture, double amount) {
  constexpr int kAmountBits = 8;
  const auto share = static_cast<int64_t>(std::lround(std::ldexp(amount, kAmountBits)));
  if (share == 0) return;
  constexpr int kBits = kAmountBits + 2 * kTapBits;
  const auto [width, height] = picture.size();
  const std::vector<int> rows = blurred_rows(picture);
  const size_t stride = static_cast<size_t>(width) * 3;
  for (int y = 0; y < height; ++y) {
    std::array<const int*, kTaps.size()> lines{};
    for (int tap = -kReach; tap <= kReach; ++tap)
      lines[static_cast<size_t>(tap + kReach)] =
          rows.data() + static_cast<size_t>(mirrored_about_ends(y + tap, height)) * stride;
    uint8_t* row = picture.row(y);
    for (size_t i = 0; i < stride; ++i) {
      int64_t blurred = 0;
      for (size_t tap = 0; tap < kTaps.size(); ++tap) blurred += int64_t{kTaps[tap]} * lines[tap][i];
      const int64_t sharp =
          ((int64_t{row[i]} << kBits) + share * ((int64_t{row[i]} << (2 * kTapBits)) - blurred) +
           (int64_t{1} << (kBits - 1))) >>
          kBits;
      row[i] = clamped_byte(sharp);
    }
  }
}

void add_noise(Canvas& picture, double amount, uint64_t seed) {
  if (amount <= 0) return;
  constexpr int kBits = 32;
  std::array<ChannelLevel, 3> levels;
  std::vector<uint8_t>& bytes = picture.bytes();
  for (size_t i = 0; i < bytes.size(); ++i) {
    levels[i % 3].sum += bytes[i];
    levels[i % 3].squares += int64_t{bytes[i]} * bytes[i];
  }
  const auto count = static_cast<double>(bytes.size() / 3);
  const double deviation = 255 * amount;
  const auto scale = std::llround(std::ldexp(deviation * std::sqrt(3.0) / 65536, kBits));
  std::array<int64_t, 3> mean{}, kept{};
  for (size_t c = 0; c < 3; ++c) {
    const double level = static_cast<double>(levels[c].sum) / count;
    const double variance = std::max(0.0, static_cast<double>(levels[c].squares) / count - level * level);
    mean[c] = std::llround(std::ldexp(level, kBits));
    kept[c] = std::llround(std::ldexp(
        std::sqrt(std::max(0.0, variance - deviation * deviation) / std::max(variance, 1e-9)), kBits));
  }
  const uint64_t start = splitmix64(seed);
  for (size_t i = 0; i < bytes.size(); ++i) {
    const size_t c = i % 3;
    const int64_t off = bytes[i] * (int64_t{1} << 8) - (mean[c] >> (kBits - 8));
    const int64_t flat = mean[c] + ((off * kept[c]) >> 8);
    bytes[i] = clamped_byte((flat + noise_at(start, i) * scale + (int64_t{1} << (kBits - 1))) >> kBits);
  }
}

}  // namespace spectradiff
