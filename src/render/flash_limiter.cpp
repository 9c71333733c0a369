#include "spectradiff/render/flash_limiter.h"

#include <algorithm>
#include <bit>
#include <numeric>
#include <span>
#include <utility>

namespace spectradiff {
namespace {

constexpr int kMeanBits = 7;
constexpr int kAttempts = 9;  // the last one with a weight of 0

// Where between two neighbouring cells' middles the pixels of an axis lie.
struct Place {
  int cell = 0;      // the one before
  int next = 0;      // the one after; the same at the ends
  int fraction = 0;  // of the way, 0..255
};

std::vector<Place> places(int pixels) {
  std::vector<Place> found(static_cast<size_t>(pixels));
  for (int64_t i = 0; i < pixels; ++i) {
    const int64_t middle = (2 * i + 1) * LightGrid::kCells * 128 / pixels - 128;
    const int position =
        static_cast<int>(std::clamp<int64_t>(middle, 0, int64_t{LightGrid::kCells - 1} * 256));
    found[static_cast<size_t>(i)] = {position / 256, std::min(position / 256 + 1, LightGrid::kCells - 1),
                                     position % 256};
  }
  return found;
}

int between(int from, int to, int fraction) {
  return from + (to - from) * fraction / 256;
}

constexpr size_t kReach = 8;  // cells: a third of a field
constexpr size_t kWindow = 2 * kReach + 1;
using Window = std::span<const int, kWindow>;

// What `reduce` makes of the weights around each cell, up to kReach away along both axes.
template <typename Weights, typename Reduce>
Weights around(const Weights& weights, Reduce reduce) {
  Weights out = weights;
  for (const auto& [along, across] :
       {std::pair<size_t, size_t>{1, LightGrid::kCells}, {LightGrid::kCells, 1}}) {
    std::array<int, LightGrid::kCells + 2 * kReach> line{};
    for (size_t n = 0; n < LightGrid::kCells; ++n) {
      for (size_t i = 0; i < line.size(); ++i) {
        const size_t inside = std::clamp<size_t>(i, kReach, LightGrid::kCells - 1 + kReach) - kReach;
        line[i] = out[n * across + inside * along];
      }
      for (size_t i = 0; i < LightGrid::kCells; ++i)
        out[n * across + i * along] = static_cast<uint16_t>(reduce(Window(line.data() + i, kWindow)));
    }
  }
  return out;
}

// Nowhere above the weights themselves, and without the edges of fields.
template <typename Weights>
Weights softened(const Weights& weights) {
  const auto least = [](Window window) { return *std::min_element(window.begin(), window.end()); };
  const auto mean = [](Window window) {
    return std::accumulate(window.begin(), window.end(), 0) / static_cast<int>(kWindow);
  };
  return around(around(weights, least), mean);
}

// About half a second of frames, as a power of two.
int shift_of(const Rational& fps) {
  const int64_t frames = std::max<int64_t>(1, mul_div_floor(fps.num, 1, 2 * fps.den));
  return std::bit_width(static_cast<uint64_t>(frames));
}

}  // namespace

FlashLimiter::FlashLimiter(const Rational& fps, int flashes_per_s)
    : flashes_per_s_(flashes_per_s),
      mean_shift_(shift_of(fps)),
      recovery_(static_cast<int>(mul_div_ceil(kFull, fps.den, 2 * fps.num))),
      counter_(fps) {
  weights_.fill(kFull);
}

Canvas FlashLimiter::limit(Canvas picture) {
  follow_mean(picture);
  for (uint16_t& weight : weights_) weight = static_cast<uint16_t>(std::min(kFull, weight + recovery_));
  const bool untouched = std::all_of(weights_.begin(), weights_.end(), [](int w) { return w == kFull; });
  Canvas out = untouched && fits(picture) ? std::move(picture) : calmed(picture);
  counter_.accept(step_);
  if (shown_.size() == out.size()) {
    shown_.bytes() = out.bytes();
  } else {
    shown_ = out.clone();
  }
  return out;
}

void FlashLimiter::follow_mean(const Canvas& picture) {
  const auto& values = picture.bytes();
  if (mean_.empty()) {
    mean_.resize(values.size());
    std::transform(values.begin(), values.end(), mean_.begin(),
                   [](uint8_t value) { return static_cast<int16_t>(value << kMeanBits); });
    return;
  }
  for (size_t i = 0; i < values.size(); ++i) {
    const auto towards = static_cast<int16_t>((values[i] << kMeanBits) - mean_[i]);
    mean_[i] = static_cast<int16_t>(mean_[i] + (towards >> mean_shift_));
  }
}

bool FlashLimiter::fits(const Canvas& picture) {
  measure_light(picture, light_);
  counter_.evaluate(light_, step_);
  // One transition stays in hand: the way to the mean.
  return !step_.brings_above(2 * flashes_per_s_);
}

// Lowers the weights of the fields that the latest step brings above so many transitions.
void FlashLimiter::lower(int transitions, Weights& weights) const {
  FlashCounter::CellMask concerned;
  step_.cells_brought_above(transitions, concerned);
  for (size_t cell = 0; cell < concerned.size(); ++cell) {
    if (concerned[cell] != 0) weights[cell] = static_cast<uint16_t>(std::max(0, weights[cell] * 3 / 4 - 8));
  }
}

Canvas FlashLimiter::calmed(const Canvas& picture) {
  Canvas mean(picture.size());
  std::transform(mean_.begin(), mean_.end(), mean.bytes().begin(), [](int16_t value) {
    return static_cast<uint8_t>((value + (1 << (kMeanBits - 1))) >> kMeanBits);
  });
  Canvas candidate = blended(mean, picture, weights_);
  for (int attempt = 0; attempt < kAttempts && !fits(candidate); ++attempt) {
    lower(2 * flashes_per_s_, weights_);
    candidate = blended(mean, picture, weights_);
  }
  return step_.flashes > flashes_per_s_ ? held(candidate) : std::move(candidate);
}

Canvas FlashLimiter::held(const Canvas& picture) {
  Weights weights;
  weights.fill(kFull);
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    lower(2 * flashes_per_s_ + 1, weights);
    Canvas candidate = blended(shown_, picture, weights);
    fits(candidate);
    if (step_.flashes <= flashes_per_s_) return candidate;
  }
  fits(shown_);
  return shown_.clone();
}

Canvas FlashLimiter::blended(const Canvas& base, const Canvas& picture, const Weights& weights) {
  const Weights soft = softened(weights);
  const std::vector<Place> columns = places(picture.width());
  const std::vector<Place> rows = places(picture.height());
  Canvas out(picture.size());
  std::array<int, LightGrid::kCells> line;
  for (int y = 0; y < picture.height(); ++y) {
    const Place& row = rows[static_cast<size_t>(y)];
    const uint16_t* const above = soft.data() + ptrdiff_t{row.cell} * LightGrid::kCells;
    const uint16_t* const below = soft.data() + ptrdiff_t{row.next} * LightGrid::kCells;
    for (size_t x = 0; x < LightGrid::kCells; ++x) line[x] = between(above[x], below[x], row.fraction);
    const uint8_t* from = base.row(y);
    const uint8_t* in = picture.row(y);
    uint8_t* to = out.row(y);
    for (const Place& column : columns) {
      const int weight = between(line[static_cast<size_t>(column.cell)],
                                 line[static_cast<size_t>(column.next)], column.fraction);
      for (int channel = 0; channel < 3; ++channel, ++from, ++in, ++to)
        *to = static_cast<uint8_t>(*from + (*in - *from) * weight / kFull);
    }
  }
  return out;
}

}  // namespace spectradiff
