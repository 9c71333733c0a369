#include "stages.h"

#include <algorithm>
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

void normalise(Values& values, double percent) {
  Values ordered = values;
  double full = percentile_of(ordered, percent);
  if (full <= 0) full = *std::max_element(values.begin(), values.end());
  if (full <= 0) return;
  for (double& value : values) value = std::min(value / full, 1.0);
}

void integrate(Values& values, double fps) {
  double sum = 0;
  for (double& value : values) value = sum += value / fps;
}

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
      {"norm", "N", "norm [PERCENTILE]", "norm 95", false,
       [](Values& values, V, V numbers, double) { normalise(values, numbers.empty() ? 100 : numbers[0]); }},
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
