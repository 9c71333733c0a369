#include "rises.h"

#include <algorithm>
#include <cmath>

namespace spectradiff {
namespace {

constexpr double kDropDb = 4, kDropAfterBuildDb = 2, kBassDropDb = 3;
constexpr size_t kDropBars = 2;
constexpr size_t kLeastBuildBars = 4, kMostBuildBars = 16;
constexpr double kBuildDb = 3;
constexpr double kSteadily = 0.8;  // correlation with time

double mean_of(const std::vector<Bar>& bars, size_t begin, size_t end, double Bar::* what) {
  double sum = 0;
  for (size_t i = begin; i < end; ++i) sum += bars[i].*what;
  return sum / static_cast<double>(end - begin);
}

bool is_drop(const std::vector<Bar>& bars, size_t at, double least_db) {
  if (at < kDropBars || at + kDropBars > bars.size()) return false;
  const auto step = [&](double Bar::* what) {
    return mean_of(bars, at, at + kDropBars, what) - mean_of(bars, at - kDropBars, at, what);
  };
  return step(&Bar::level_db) >= least_db && step(&Bar::bass_db) >= kBassDropDb;
}

struct Slope {
  double rise;  // from the first to the last, along the line of least squares
  double correlation;
};

Slope slope_of(const std::vector<Bar>& bars, size_t begin, size_t end) {
  const auto count = static_cast<double>(end - begin);
  const double middle = (count - 1) / 2;
  const auto above = [&](size_t i) { return bars[i].treble_db + bars[i].density_db; };
  double mean = 0, with_time = 0, time = 0, squares = 0;
  for (size_t i = begin; i < end; ++i) mean += above(i) / count;
  for (size_t i = begin; i < end; ++i) {
    const double at = static_cast<double>(i - begin) - middle;
    with_time += at * (above(i) - mean);
    time += at * at;
    squares += (above(i) - mean) * (above(i) - mean);
  }
  if (squares <= 0) return {0, 0};
  return {with_time / time * (count - 1), with_time / std::sqrt(time * squares)};
}

// How many bars before `at` rise steadily, the most that do; 0: none.
size_t build_before(const std::vector<Bar>& bars, size_t at) {
  for (size_t length = std::min(kMostBuildBars, at); length >= kLeastBuildBars; --length) {
    const Slope slope = slope_of(bars, at - length, at);
    if (slope.rise >= kBuildDb && slope.correlation >= kSteadily) return length;
  }
  return 0;
}

}  // namespace

Rises find_rises(const std::vector<Bar>& bars, const std::vector<Section>& sections) {
  Rises rises;
  size_t at = 0;
  for (const Section& section : sections) {
    while (bars[at].begin_s < section.begin_s) ++at;
    const size_t length = build_before(bars, at);
    if (length > 0) rises.builds.push_back({bars[at - length].begin_s, section.begin_s});
    if (section.energy_class == SectionEnergy::high &&
        is_drop(bars, at, length > 0 ? kDropAfterBuildDb : kDropDb))
      rises.drops_s.push_back(section.begin_s);
  }
  return rises;
}

}  // namespace spectradiff
