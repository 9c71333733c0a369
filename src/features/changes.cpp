#include "changes.h"

#include <algorithm>
#include <cmath>

namespace spectradiff {
namespace {

constexpr double kCellSeconds = 0.5;
constexpr int kCoefficients = 13;
constexpr size_t kClasses = 12;
constexpr size_t kDimensions = kClasses + kCoefficients;
constexpr double kLeastReachSeconds = 4;
constexpr double kMostReachSeconds = 12;
constexpr double kSongShare = 16;
constexpr double kLeastNovelty = 0.9;
// Added to the variance of each feature, of which the song's is 1: what hardly moves is no section of its
// own.
constexpr double kCellVarianceFloor = 0.1;
// A feature that hardly moves says nothing: shares of chroma, decibels of a cepstrum.
constexpr double kStillChroma = 0.05;
constexpr double kStillCepstrum = 5;

using Cell = std::array<double, kDimensions>;

void pool(std::vector<Cell>& cells, std::vector<int>& counts, double time_s, const float* values,
          size_t first, size_t count) {
  const auto at = std::min(static_cast<size_t>(time_s / kCellSeconds), cells.size() - 1);
  ++counts[at];
  for (size_t i = 0; i < count; ++i) cells[at][first + i] += values[i];
}

void average(std::vector<Cell>& cells, const std::vector<int>& counts, size_t first, size_t count) {
  for (size_t at = 0; at < cells.size(); ++at) {
    for (size_t i = first; i < first + count; ++i) cells[at][i] /= std::max(counts[at], 1);
  }
}

struct Spread {
  double mean;
  double variance;
};

Spread spread_of(const std::vector<Cell>& cells, size_t begin, size_t end, size_t feature) {
  const auto count = static_cast<double>(end - begin);
  Spread spread{0, 0};
  for (size_t at = begin; at < end; ++at) spread.mean += cells[at][feature] / count;
  for (size_t at = begin; at < end; ++at)
    spread.variance += std::pow(cells[at][feature] - spread.mean, 2) / count;
  return spread;
}

// Each feature to mean 0 and variance 1 over the song.
void standardize_cells(std::vector<Cell>& cells) {
  for (size_t i = 0; i < kDimensions; ++i) {
    const Spread song = spread_of(cells, 0, cells.size(), i);
    const double still = i < kClasses ? kStillChroma : kStillCepstrum;
    const double deviation = std::max(std::sqrt(song.variance), still);
    for (Cell& cell : cells) cell[i] = (cell[i] - song.mean) / deviation;
  }
}

// How far the means of `reach` cells before `at` and from it on lie apart, squared, in terms of how much
// cells vary on either side; less where the song's end leaves fewer of them.
double newness(const std::vector<Cell>& cells, size_t at, size_t reach) {
  const size_t begin = at - std::min(at, reach);
  const size_t end = std::min(at + reach, cells.size());
  double distance = 0;
  double variance = 0;
  for (size_t i = 0; i < kDimensions; ++i) {
    const Spread before = spread_of(cells, begin, at, i);
    const Spread after = spread_of(cells, at, end, i);
    distance += (after.mean - before.mean) * (after.mean - before.mean);
    variance += before.variance + after.variance + kCellVarianceFloor;
  }
  const auto cells_before = static_cast<double>(at - begin);
  const auto cells_after = static_cast<double>(end - at);
  const double share =
      2 * cells_before * cells_after / (cells_before + cells_after) / static_cast<double>(reach);
  return share * distance / variance;
}

}  // namespace

std::vector<double> find_changes(const SongHops& song, double duration_s) {
  std::vector<Cell> cells(static_cast<size_t>(std::max(1.0, std::ceil(duration_s / kCellSeconds))));
  std::vector<int> counts(cells.size());
  for (size_t hop = 0; hop < song.chroma.size(); ++hop) {
    pool(cells, counts, static_cast<double>(hop) / song.chroma_hops_per_second, song.chroma[hop].data(), 0,
         kClasses);
  }
  average(cells, counts, 0, kClasses);

  const Cepstrum cepstrum(kCoefficients);
  std::fill(counts.begin(), counts.end(), 0);
  std::array<float, kCoefficients> mfcc;
  for (int64_t hop = 0; hop < song.mel.hops(); ++hop) {
    cepstrum.apply(song.mel, hop, mfcc.data());
    pool(cells, counts, static_cast<double>(hop) / song.mel_hops_per_second, mfcc.data(), kClasses,
         kCoefficients);
  }
  average(cells, counts, kClasses, kCoefficients);
  standardize_cells(cells);

  const double reach_s = std::clamp(duration_s / kSongShare, kLeastReachSeconds, kMostReachSeconds);
  const auto reach = static_cast<size_t>(reach_s / kCellSeconds);
  std::vector<double> curve(cells.size());
  // A change is two cells from the ends at least.
  for (size_t at = 2; at + 2 < cells.size(); ++at) curve[at] = newness(cells, at, reach);
  std::vector<double> changes;
  for (size_t at = 2; at + 2 < cells.size(); ++at) {
    const auto begin = curve.begin() + static_cast<std::ptrdiff_t>(at - std::min(at, reach / 2));
    const auto end = curve.begin() + static_cast<std::ptrdiff_t>(std::min(at + reach / 2 + 1, cells.size()));
    const bool highest = std::max_element(begin, end) - curve.begin() == static_cast<std::ptrdiff_t>(at);
    if (highest && curve[at] >= kLeastNovelty) changes.push_back(static_cast<double>(at) * kCellSeconds);
  }
  return changes;
}

}  // namespace spectradiff
