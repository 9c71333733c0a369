#include "stages.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <deque>
#include <numbers>

#include "relative.h"
#include "spectradiff/base/percentile.h"

namespace spectradiff {
namespace {

using Values = std::vector<double>;

int64_t size_of(const Values& values) {
  return static_cast<int64_t>(values.size());
}

// Share of a step that is followed in one frame.
double follow(double time_frames) {
  return time_frames <= 0 ? 1 : 1 - std::exp(-1 / time_frames);
}

void envelope(Values& values, double attack_frames, double release_frames) {
  const double up = follow(attack_frames);
  const double down = follow(release_frames);
  double state = values.front();
  for (double& value : values) {
    state += (value - state) * (value > state ? up : down);
    value = state;
  }
}

void smooth(Values& values, double reach_frames) {
  const int64_t count = size_of(values);
  const auto reach = static_cast<int64_t>(std::min(std::floor(reach_frames), static_cast<double>(count)));
  Values weights;
  for (int64_t k = 0; k <= reach; ++k)
    weights.push_back(1 + std::cos(std::numbers::pi * static_cast<double>(k) / (reach_frames + 1)));
  const Values source = values;
  for (int64_t i = 0; i < count; ++i) {
    double sum = 0;
    double weight = 0;
    for (int64_t k = std::max(-reach, -i); k <= std::min(reach, count - 1 - i); ++k) {
      sum += weights[static_cast<size_t>(std::abs(k))] * source[static_cast<size_t>(i + k)];
      weight += weights[static_cast<size_t>(std::abs(k))];
    }
    values[static_cast<size_t>(i)] = sum / weight;
  }
}

void delay(Values& values, double frames) {
  const Values source = values;
  const double last = static_cast<double>(source.size() - 1);
  for (size_t i = 0; i < values.size(); ++i)
    values[i] =
        source[static_cast<size_t>(std::clamp(static_cast<double>(i) - std::round(frames), 0.0, last))];
}

void hold(Values& values, double frames) {
  const auto width = static_cast<int64_t>(std::min(std::floor(frames), static_cast<double>(values.size())));
  const Values source = values;
  std::deque<int64_t> peaks;  // descending values of the last frames
  for (int64_t i = 0; i < size_of(values); ++i) {
    while (!peaks.empty() && source[static_cast<size_t>(peaks.back())] <= source[static_cast<size_t>(i)])
      peaks.pop_back();
    peaks.push_back(i);
    if (peaks.front() < i - width) peaks.pop_front();
    values[static_cast<size_t>(i)] = source[static_cast<size_t>(peaks.front())];
  }
}

void integrate(Values& values, double fps) {
  double sum = 0;
  for (double& value : values) value = sum += value / fps;
}

// Which of a fixed list of values are there, asked for by their order (a Fenwick tree).
class Ranks {
 public:
  explicit Ranks(const Values& values) : ordered_(values), counts_(values.size() + 1) {
    std::sort(ordered_.begin(), ordered_.end());
    ordered_.erase(std::unique(ordered_.begin(), ordered_.end()), ordered_.end());
  }

  void add(double value, int count) {
    const auto rank = std::lower_bound(ordered_.begin(), ordered_.end(), value) - ordered_.begin();
    for (auto i = static_cast<size_t>(rank) + 1; i < counts_.size(); i += i & (~i + 1)) counts_[i] += count;
    size_ += count;
  }

  // NumPy's, with linear interpolation.
  double percentile(double percent) const {
    const double position = (size_ - 1) * (percent / 100);
    const auto below = static_cast<int>(position);
    const double low = at(below);
    return position == below ? low : std::lerp(low, at(below + 1), position - below);
  }

  double at(int index) const {
    size_t rank = 0;
    for (size_t step = std::bit_floor(counts_.size()); step > 0; step /= 2) {
      if (rank + step >= counts_.size() || counts_[rank + step] > index) continue;
      rank += step;
      index -= counts_[rank];
    }
    return ordered_[rank];
  }

  int size() const { return size_; }

 private:
  Values ordered_;
  std::vector<int> counts_;
  int size_ = 0;
};

template <double (*Change)(double value, const Values& numbers)>
void each(Values& values, const Values&, const Values& numbers, double) {
  for (double& value : values) value = Change(value, numbers);
}

double gate(double value, const Values& n) {
  return value < n[0] ? 0 : value;
}
double power(double value, const Values& n) {
  return std::pow(std::max(value, 0.0), n[0]);
}
double scale(double value, const Values& n) {
  return value * n[0];
}
double offset(double value, const Values& n) {
  return value + n[0];
}
double clip(double value, const Values& n) {
  return std::min(std::max(value, n[0]), n[1]);
}
double invert(double value, const Values&) {
  return 1 - value;
}

}  // namespace

void normalise(Values& values, double percent) {
  Values ordered = values;
  double full = percentile_of(ordered, percent);
  if (full <= 0) full = *std::max_element(values.begin(), values.end());
  if (full <= 0) return;
  for (double& value : values) value = std::min(value / full, 1.0);
}

void normalise_around(Values& values, double percent, double reach_frames) {
  const int64_t count = size_of(values);
  const auto reach = static_cast<int64_t>(std::clamp(reach_frames, 0.0, static_cast<double>(count)));
  const Values source = values;
  Ranks around(source);
  for (int64_t i = 0; i < std::min(reach, count); ++i) around.add(source[static_cast<size_t>(i)], 1);
  for (int64_t i = 0; i < count; ++i) {
    if (i + reach < count) around.add(source[static_cast<size_t>(i + reach)], 1);
    if (i - reach > 0) around.add(source[static_cast<size_t>(i - reach - 1)], -1);
    double full = around.percentile(percent);
    if (full <= 0) full = around.at(around.size() - 1);
    double& value = values[static_cast<size_t>(i)];
    if (full > 0) value = std::min(value / full, 1.0);
  }
}

const std::vector<StageKind>& stage_kinds() {
  using V = const Values&;
  static const std::vector<StageKind> kinds = {
      {"env", "tt", "env ATTACK RELEASE", "env 1f 6f", false,
       [](Values& values, V times, V, double) { envelope(values, times[0], times[1]); }},
      {"lag", "t", "lag TIME", "lag 100ms", false,
       [](Values& values, V times, V, double) { envelope(values, times[0], times[0]); }},
      {"smooth", "t", "smooth TIME", "smooth 2f", false,
       [](Values& values, V times, V, double) { smooth(values, times[0]); }},
      {"delay", "t", "delay TIME", "delay 1beat", true,
       [](Values& values, V times, V, double) { delay(values, times[0]); }},
      {"hold", "t", "hold TIME", "hold 0.2s", false,
       [](Values& values, V times, V, double) { hold(values, times[0]); }},
      {"gate", "n", "gate LEVEL", "gate 0.3", false, each<gate>},
      {"norm", "NT", "norm [PERCENTILE [TIME]]", "norm 95", false,
       [](Values& values, V times, V numbers, double) {
         const double percent = numbers.empty() ? 100 : numbers[0];
         times.empty() ? normalise(values, percent) : normalise_around(values, percent, times[0]);
       }},
      {"rel", "t", "rel TIME", "rel 4s", false,
       [](Values& values, V times, V, double) { put_against_average(values, times[0]); }},
      {"pow", "n", "pow EXPONENT", "pow 2", false, each<power>},
      {"scale", "n", "scale FACTOR", "scale 0.5", false, each<scale>},
      {"offset", "n", "offset AMOUNT", "offset 0.2", false, each<offset>},
      {"clip", "nn", "clip LOW HIGH", "clip 0 1", false, each<clip>},
      {"invert", "", "invert", "invert", false, each<invert>},
      {"integrate", "", "integrate", "integrate", false,
       [](Values& values, V, V, double fps) { integrate(values, fps); }},
  };
  return kinds;
}

const StageKind* find_stage(const std::string& name) {
  for (const StageKind& kind : stage_kinds()) {
    if (kind.name == name) return &kind;
  }
  return nullptr;
}

}  // namespace spectradiff
