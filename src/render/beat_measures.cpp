#include "spectradiff/render/beat_measures.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <random>

#include "nearest.h"
#include "spectradiff/base/percentile.h"

namespace spectradiff {
namespace {

constexpr double kSmoothing_s = 1.0 / 30, kEventApart_s = 0.15, kLeastEvent = 0.001;
constexpr double kAlignment_s = 0.05, kHit_s = 0.07;
constexpr int kSongsByChance = 200;
constexpr double kBlock_s = 4;
constexpr double kMostLag_s = 0.5;

// Of each of `these` to the nearest of `those`.
struct Nearness {
  double alignment = 0, hit = 0;  // means

  Nearness(const std::vector<double>& these, const std::vector<double>& those) {
    if (these.empty()) return;
    for (const double value : these) {
      const double distance = nearest_distance(those, value);
      alignment += std::exp(-distance * distance / (2 * kAlignment_s * kAlignment_s));
      // Times that were computed differently may differ by their rounding.
      hit += distance <= kHit_s + 1e-9 ? 1 : 0;
    }
    alignment /= static_cast<double>(these.size());
    hit /= static_cast<double>(these.size());
  }
};

double harmonic_mean(double a, double b) {
  return a + b > 0 ? 2 * a * b / (a + b) : 0;
}

// least[j]: the least sum of distances that the first so many of `few` have to some of the first j of `many`.
double matched_error(const std::vector<double>& few, const std::vector<double>& many) {
  if (few.empty()) return std::numeric_limits<double>::infinity();
  std::vector<double> least(many.size() + 1, 0);
  std::vector<double> next(least.size());
  for (size_t i = 1; i <= few.size(); ++i) {
    next[i - 1] = std::numeric_limits<double>::infinity();
    const size_t last = many.size() - (few.size() - i);
    for (size_t j = i; j <= last; ++j)
      next[j] = std::min(next[j - 1], least[j - 1] + std::abs(few[i - 1] - many[j - 1]));
    least.swap(next);
  }
  return least[many.size()] / static_cast<double>(few.size());
}

// Beats of [begin_s, end_s), each moved on within its block by the block's offset.
class BeatShifter {
 public:
  BeatShifter(double begin_s, double end_s) : begin_s_(begin_s), end_s_(end_s) {}

  std::vector<double> shifted(const std::vector<double>& beats_s) {
    std::vector<double> offsets_s(static_cast<size_t>(std::ceil((end_s_ - begin_s_) / kBlock_s)) + 1);
    for (double& offset : offsets_s) offset = kBlock_s * static_cast<double>(draws_() >> 11) * 0x1p-53;
    std::vector<double> moved;
    moved.reserve(beats_s.size());
    for (const double beat : beats_s) {
      const auto block = static_cast<size_t>((beat - begin_s_) / kBlock_s);
      const double block_begin = begin_s_ + kBlock_s * static_cast<double>(block);
      const double length = std::min(kBlock_s, end_s_ - block_begin);
      moved.push_back(block_begin + std::fmod(beat - block_begin + offsets_s[block], length));
    }
    std::sort(moved.begin(), moved.end());
    return moved;
  }

 private:
  double begin_s_, end_s_;
  std::mt19937_64 draws_{1};
};

class Chance {
 public:
  void add(double score) {
    sum_ += score;
    squares_ += score * score;
    ++count_;
  }
  // `better`: 1 where more is, -1 where less is.
  AgainstChance against(double score, double better) const {
    const double mean = sum_ / count_;
    const double deviation = std::sqrt(std::max(0.0, squares_ / count_ - mean * mean));
    const double excess = better * (score - mean);
    return {deviation > 1e-9 ? excess / deviation : 0, excess};
  }

 private:
  double sum_ = 0, squares_ = 0;
  int count_ = 0;
};

// Pearson's of later[i + lag] and earlier[i].
std::optional<double> correlation_at(const std::vector<double>& later, const std::vector<double>& earlier,
                                     int lag) {
  const int count = static_cast<int>(std::min(later.size(), earlier.size()));
  const int begin = std::max(0, -lag);
  const int end = std::min(count, count - lag);
  const int pairs = end - begin;
  if (pairs < 3) return std::nullopt;
  double mean_x = 0, mean_y = 0;
  for (int i = begin; i < end; ++i) {
    mean_x += later[static_cast<size_t>(i + lag)] / pairs;
    mean_y += earlier[static_cast<size_t>(i)] / pairs;
  }
  double xx = 0, yy = 0, xy = 0;
  for (int i = begin; i < end; ++i) {
    const double x = later[static_cast<size_t>(i + lag)] - mean_x;
    const double y = earlier[static_cast<size_t>(i)] - mean_y;
    xx += x * x;
    yy += y * y;
    xy += x * y;
  }
  constexpr double kNothing = 1e-18;  // what rounding leaves of a constant does not vary
  if (xx < kNothing || yy < kNothing) return std::nullopt;
  return std::clamp(xy / std::sqrt(xx * yy), -1.0, 1.0);
}

}  // namespace

std::vector<double> smoothed_change(const std::vector<double>& change, double fps) {
  const double sigma = kSmoothing_s * fps;  // frames
  const auto reach = static_cast<int64_t>(std::ceil(4 * sigma));
  const auto count = static_cast<int64_t>(change.size());
  std::vector<double> smooth(change.size());
  for (int64_t i = 0; i < count; ++i) {
    double sum = 0, weights = 0;
    for (int64_t k = std::max<int64_t>(0, i - reach); k <= std::min(count - 1, i + reach); ++k) {
      const double distance = static_cast<double>(k - i) / sigma;
      const double weight = std::exp(-distance * distance / 2);
      sum += weight * change[static_cast<size_t>(k)];
      weights += weight;
    }
    smooth[static_cast<size_t>(i)] = sum / weights;
  }
  return smooth;
}

std::vector<size_t> visual_events(const std::vector<double>& smooth, double fps) {
  std::vector<size_t> events;
  if (smooth.empty()) return events;
  std::vector<double> sorted = smooth;
  const double median = percentile_of(sorted, 50);
  for (double& value : sorted) value = std::abs(value - median);
  const double threshold = median + std::max(percentile_of(sorted, 50), kLeastEvent);
  const auto reach = std::max(int64_t{1}, static_cast<int64_t>(kEventApart_s * fps + 1e-9));
  const auto count = static_cast<int64_t>(smooth.size());
  for (int64_t i = 0; i < count; ++i) {
    const double here = smooth[static_cast<size_t>(i)];
    bool is_event = i > 0 && here > threshold;
    for (int64_t k = std::max<int64_t>(0, i - reach); is_event && k <= std::min(count - 1, i + reach); ++k) {
      const double there = smooth[static_cast<size_t>(k)];
      is_event = k < i ? there < here : there <= here;
    }
    if (is_event) events.push_back(static_cast<size_t>(i));
  }
  return events;
}

BeatScores beat_scores(const std::vector<double>& events_s, const std::vector<double>& beats_s) {
  const Nearness events(events_s, beats_s), beats(beats_s, events_s);
  BeatScores scores;
  scores.alignment = events.alignment;
  scores.alignment_recall = beats.alignment;
  scores.alignment_f = harmonic_mean(events.alignment, beats.alignment);
  scores.match_error_s =
      events_s.size() < beats_s.size() ? matched_error(events_s, beats_s) : matched_error(beats_s, events_s);
  scores.hit = events.hit;
  scores.coverage = beats.hit;
  scores.hit_f = harmonic_mean(events.hit, beats.hit);
  return scores;
}

std::optional<BeatMeasures> measure_beats(const std::vector<double>& events_s,
                                          const std::vector<double>& beats_s, double begin_s, double end_s) {
  std::vector<double> beats;
  std::copy_if(beats_s.begin(), beats_s.end(), std::back_inserter(beats),
               [&](double beat) { return beat >= begin_s && beat < end_s; });
  if (events_s.empty() || beats.empty()) return std::nullopt;
  BeatMeasures measured{beat_scores(events_s, beats), {}, {}, {}};
  BeatShifter shifter(begin_s, end_s);
  Chance alignment_f, match_error, hit_f;
  for (int song = 0; song < kSongsByChance; ++song) {
    const BeatScores scores = beat_scores(events_s, shifter.shifted(beats));
    alignment_f.add(scores.alignment_f);
    match_error.add(scores.match_error_s);
    hit_f.add(scores.hit_f);
  }
  measured.alignment_f = alignment_f.against(measured.scores.alignment_f, 1);
  measured.match_error = match_error.against(measured.scores.match_error_s, -1);
  measured.hit_f = hit_f.against(measured.scores.hit_f, 1);
  return measured;
}

std::optional<OnsetLag> onset_lag(const std::vector<double>& smooth, const std::vector<double>& onset,
                                  double fps) {
  const int most = static_cast<int>(std::lround(kMostLag_s * fps));
  std::optional<OnsetLag> best;
  for (int distance = 0; distance <= most; ++distance) {
    for (const int lag : {distance, -distance}) {
      const std::optional<double> found = correlation_at(smooth, onset, lag);
      if (found && (!best || *found > best->correlation + 1e-12)) best = OnsetLag{lag, *found};
    }
  }
  return best;
}

}  // namespace spectradiff
