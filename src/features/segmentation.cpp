#include "segmentation.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>

namespace spectradiff {
namespace {

// Weights and costs were chosen on the first half of the composed songs, for boundaries and labels.
constexpr double kTimbreShare = 0.6;
constexpr double kStillTimbreDb = 3, kStillRises = 0.1;  // what moves less is no change
constexpr double kStillHarmony = 0.1;
constexpr double kFaintChroma = 0.05;
constexpr double kLeastPlayingNoise = 0.25, kLeastHarmonyNoise = 0.09;
constexpr double kFewBarsNoise = 0.3;
constexpr double kQuietest = 0.3;  // quantile of stretches: most of a song is no boundary
constexpr double kPlayingWeight = 0.75, kHarmonyWeight = 1.07;
constexpr double kLoopCost = 1.5;  // a bar of a loop
constexpr double kStretchCost = 2.1;
constexpr double kOddCost = 2.2, kFoursCost = 0.45, kTwosCost = 0.5;
constexpr size_t kShortBars = 4;
constexpr double kShortCost = 1.5;
constexpr size_t kMostBars = 64;
constexpr size_t kLoops[] = {1, 2, 4, 8};
// At the song's ends less than this, and than a tenth of the song, belongs to its neighbour: an upbeat, a
// last chord.
constexpr size_t kRestBars = 3, kRestsInSong = 10;

// Each feature to mean 0 and deviation 1, then by `weight`.
template <size_t kSize>
void standardize(std::vector<std::array<double, kSize>>& rows, size_t first, size_t count, double still,
                 double weight) {
  const auto bars = static_cast<double>(rows.size());
  for (size_t i = first; i < first + count; ++i) {
    double mean = 0, square = 0;
    for (const auto& row : rows) mean += row[i] / bars;
    for (const auto& row : rows) square += (row[i] - mean) * (row[i] - mean) / bars;
    const double scale = weight / std::max(std::sqrt(square), still);
    for (auto& row : rows) row[i] = (row[i] - mean) * scale;
  }
}

std::array<double, BarSounds::kHarmony> harmony_of(const Bar& bar) {
  std::array<double, BarSounds::kHarmony> row;
  size_t next = 0;
  for (const auto& half : bar.chroma) {
    double square = 0;
    for (const double value : half) square += value * value;
    for (const double value : half) row[next++] = value / (std::sqrt(square) + kFaintChroma);
  }
  return row;
}

void centre(std::vector<std::array<double, BarSounds::kHarmony>>& rows) {
  const auto bars = static_cast<double>(rows.size());
  double squares = 0;
  for (size_t i = 0; i < BarSounds::kHarmony; ++i) {
    double mean = 0;
    for (const auto& row : rows) mean += row[i] / bars;
    for (auto& row : rows) {
      row[i] -= mean;
      squares += row[i] * row[i] / bars;
    }
  }
  const double scale = 1 / std::max(std::sqrt(squares), kStillHarmony);
  for (auto& row : rows) {
    for (double& value : row) value *= scale;
  }
}

// [first bar][length], length 0 unused: the sum of squared distances from the means over bars that are `loop`
// apart.
class Departures {
 public:
  template <size_t kSize>
  Departures(const std::vector<std::array<double, kSize>>& rows, size_t loop)
      : bars_(rows.size()), values_(bars_ * (kMostBars + 1)) {
    for (size_t first = 0; first < bars_; ++first) {
      std::vector<std::array<double, kSize>> sums(loop);
      std::vector<double> counts(loop), explained(loop);
      double squares = 0;
      for (size_t length = 1; length <= std::min(kMostBars, bars_ - first); ++length) {
        const auto& row = rows[first + length - 1];
        const size_t place = (length - 1) % loop;
        double square_of_sum = 0;
        for (size_t i = 0; i < kSize; ++i) {
          squares += row[i] * row[i];
          sums[place][i] += row[i];
          square_of_sum += sums[place][i] * sums[place][i];
        }
        explained[place] = square_of_sum / ++counts[place];
        double rest = squares;
        for (const double part : explained) rest -= part;
        values_[first * (kMostBars + 1) + length] = static_cast<float>(std::max(rest, 0.0));
      }
    }
  }
  double of(size_t first, size_t length) const { return values_[first * (kMostBars + 1) + length]; }

  // Of a bar, in most stretches of this length.
  double noise(size_t length, size_t loop) const {
    std::vector<double> all;
    for (size_t first = 0; first + length <= bars_; ++first)
      all.push_back(of(first, length) / static_cast<double>(length - loop));
    if (all.size() < 3) return kFewBarsNoise;
    const auto quantile = static_cast<std::ptrdiff_t>(kQuietest * static_cast<double>(all.size() - 1));
    std::nth_element(all.begin(), all.begin() + quantile, all.end());
    return all[static_cast<size_t>(quantile)];
  }

 private:
  size_t bars_;
  std::vector<float> values_;
};

double length_cost(size_t length, bool at_an_end) {
  const double odd = length % 8 == 0 ? 0 : length % 4 == 0 ? kFoursCost : length % 2 == 0 ? kTwosCost : 1;
  const double missing = length < kShortBars ? static_cast<double>(kShortBars - length) : 0;
  return kStretchCost + kOddCost * (at_an_end ? 0.5 * (odd + missing) : odd + kShortCost * missing);
}

std::vector<size_t> cheapest(size_t bars, const std::vector<float>& costs) {
  std::vector<double> least(bars + 1, std::numeric_limits<double>::infinity());
  std::vector<size_t> begins(bars + 1);
  least[0] = 0;
  for (size_t end = 1; end <= bars; ++end) {
    for (size_t length = 1; length <= std::min(kMostBars, end); ++length) {
      const size_t begin = end - length;
      const double cost = least[begin] + costs[begin * (kMostBars + 1) + length] +
                          length_cost(length, begin == 0 || end == bars);
      if (cost >= least[end]) continue;
      least[end] = cost;
      begins[end] = begin;
    }
  }
  std::vector<size_t> cuts;
  for (size_t end = bars; end > 0; end = begins[end]) cuts.push_back(begins[end]);
  std::reverse(cuts.begin(), cuts.end());
  return cuts;
}

}  // namespace

BarSounds compare_bars(const std::vector<Bar>& bars) {
  BarSounds sounds;
  for (const Bar& bar : bars) {
    auto& row = sounds.playing.emplace_back();
    std::copy(bar.timbre_db.begin(), bar.timbre_db.end(), row.begin());
    std::copy(bar.rises.begin(), bar.rises.end(), row.begin() + Bar::kTimbres);
    sounds.harmony.push_back(harmony_of(bar));
  }
  standardize(sounds.playing, 0, Bar::kTimbres, kStillTimbreDb, std::sqrt(kTimbreShare / Bar::kTimbres));
  standardize(sounds.playing, Bar::kTimbres, Novelty::kRanges, kStillRises,
              std::sqrt((1 - kTimbreShare) / Novelty::kRanges));
  centre(sounds.harmony);
  sounds.playing_noise = std::hypot(Departures(sounds.playing, 1).noise(4, 1), kLeastPlayingNoise);
  double noise = std::numeric_limits<double>::infinity();
  for (const size_t loop : kLoops) {
    if (loop > 1) noise = std::min(noise, Departures(sounds.harmony, loop).noise(2 * loop, loop));
  }
  sounds.harmony_noise = std::hypot(noise, kLeastHarmonyNoise);
  return sounds;
}

std::vector<size_t> cut_at_changes(const BarSounds& sounds) {
  const size_t bars = sounds.playing.size();
  std::vector<float> costs(bars * (kMostBars + 1), std::numeric_limits<float>::infinity());
  const auto each = [&](auto&& body) {
    for (size_t first = 0; first < bars; ++first) {
      for (size_t length = 1; length <= std::min(kMostBars, bars - first); ++length)
        body(costs[first * (kMostBars + 1) + length], first, length);
    }
  };
  for (const size_t loop : kLoops) {
    const Departures harmony(sounds.harmony, loop);
    each([&](float& cost, size_t first, size_t length) {
      const double departs = harmony.of(first, length) / sounds.harmony_noise +
                             kLoopCost * static_cast<double>(std::min(loop, length));
      cost = std::min(cost, static_cast<float>(kHarmonyWeight * departs));
    });
  }
  const Departures playing(sounds.playing, 1);
  each([&](float& cost, size_t first, size_t length) {
    cost += static_cast<float>(kPlayingWeight * playing.of(first, length) / sounds.playing_noise);
  });
  std::vector<size_t> cuts = cheapest(bars, costs);
  const auto is_rest = [&](size_t length) { return length < kRestBars && length * kRestsInSong < bars; };
  if (cuts.size() > 1 && is_rest(cuts[1])) cuts.erase(cuts.begin() + 1);
  if (cuts.size() > 1 && is_rest(bars - cuts.back())) cuts.pop_back();
  return cuts;
}

}  // namespace spectradiff
