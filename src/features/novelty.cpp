#include "novelty.h"

#include <algorithm>
#include <cmath>

namespace spectradiff {
namespace {

constexpr int64_t kLagHops = 2;
// The first mel band of each range, and the end: 25.8 Hz a band up to 1 kHz, less than a semitone above.
constexpr std::array<int, Novelty::kRanges + 1> kEdges = {0, 6, 20, 60, kMelBands};
constexpr int64_t kAroundHops = 258;  // to either side, three seconds
constexpr double kOnsetDeviation = 0.7;
// Of the largest deviation in the song: what hardly moves does not count.
constexpr double kLeastRiseDeviation = 0.15;
constexpr double kTiny = 1e-9;

// Of each hop's surroundings.
std::vector<double> deviations(const std::vector<double>& values) {
  const auto count = static_cast<int64_t>(values.size());
  std::vector<double> sums(values.size() + 1), squares(values.size() + 1);
  for (size_t i = 0; i < values.size(); ++i) {
    sums[i + 1] = sums[i] + values[i];
    squares[i + 1] = squares[i] + values[i] * values[i];
  }
  std::vector<double> result(values.size());
  for (int64_t hop = 0; hop < count; ++hop) {
    const auto begin = static_cast<size_t>(std::max<int64_t>(hop - kAroundHops, 0));
    const auto end = static_cast<size_t>(std::min(hop + kAroundHops, count));
    const auto hops = static_cast<double>(end - begin);
    const double mean = (sums[end] - sums[begin]) / hops;
    const double variance = (squares[end] - squares[begin]) / hops - mean * mean;
    result[static_cast<size_t>(hop)] = std::sqrt(std::max(variance, 0.0));
  }
  return result;
}

std::vector<double> against_surroundings(const std::vector<float>& rise_db) {
  std::vector<double> values = smoothed({rise_db.begin(), rise_db.end()}, kOnsetDeviation);
  const std::vector<double> around = deviations(values);
  const double least = kLeastRiseDeviation * *std::max_element(around.begin(), around.end()) + kTiny;
  for (size_t hop = 0; hop < values.size(); ++hop) values[hop] /= around[hop] + least;
  return values;
}

}  // namespace

std::vector<double> smoothed(const std::vector<double>& values, double deviation) {
  const auto reach = static_cast<int64_t>(4 * deviation + 0.5);
  std::vector<double> weights;
  double total = 0;
  for (int64_t i = -reach; i <= reach; ++i) {
    weights.push_back(std::exp(-0.5 * static_cast<double>(i * i) / (deviation * deviation)));
    total += weights.back();
  }
  const auto last = static_cast<int64_t>(values.size()) - 1;
  std::vector<double> result(values.size());
  for (int64_t hop = 0; hop <= last; ++hop) {
    double sum = 0;
    for (int64_t i = -reach; i <= reach; ++i)
      sum += weights[static_cast<size_t>(i + reach)] *
             values[static_cast<size_t>(std::clamp<int64_t>(hop + i, 0, last))];
    result[static_cast<size_t>(hop)] = sum / total;
  }
  return result;
}

Novelty novelty_of(const MelFrames& mel) {
  Novelty novelty;
  const int64_t hops = mel.hops();
  for (auto& range : novelty.rise_db) range.resize(static_cast<size_t>(hops));
  novelty.strength.resize(static_cast<size_t>(hops));
  if (hops == 0) return novelty;
  const int floor = mel.floor();
  // A hop more than the lag: what the song begins with did not rise.
  for (int64_t hop = kLagHops + 1; hop < hops; ++hop) {
    const uint16_t* now = mel.hop(hop);
    const uint16_t* before = mel.hop(hop - kLagHops);
    for (size_t range = 0; range < Novelty::kRanges; ++range) {
      int sum = 0;
      for (int band = kEdges[range]; band < kEdges[range + 1]; ++band) {
        const int around = std::max<int>(
            {before[std::max(band - 1, 0)], before[band], before[std::min(band + 1, kMelBands - 1)], floor});
        sum += std::max(now[band] - around, 0);
      }
      const int bands = kEdges[range + 1] - kEdges[range];
      novelty.rise_db[range][static_cast<size_t>(hop)] =
          static_cast<float>(sum / (bands * MelFrames::kUnitsPerDb));
    }
  }
  for (const auto& range : novelty.rise_db) {
    const std::vector<double> values = against_surroundings(range);
    for (size_t hop = 0; hop < values.size(); ++hop) novelty.strength[hop] += values[hop];
  }
  return novelty;
}

}  // namespace spectradiff
