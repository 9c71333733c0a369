#include "pulse.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "fft.h"
#include "log_spectrum.h"
#include "novelty.h"
#include "spectradiff/base/percentile.h"

namespace spectradiff {
namespace {

constexpr double kWindowSeconds = 8;
constexpr double kPriorBpm = 110;
constexpr double kPriorOctaves = 0.7;  // standard deviation
constexpr double kPriorWeight = 0.05;
constexpr double kLeastBpm = 62;
constexpr double kMostBpm = 190;
constexpr int kStepsPerOctave = 48;
// Autocorrelation falls with the lag as the window's own does; this power of that is given back.
constexpr double kGivenBack = 0.6;
constexpr double kLeastLeft = 0.05;
// In units of an autocorrelation of 1, over the windows of the path.
constexpr int kReachSteps = 3;
constexpr double kStepCost = 0.044;
constexpr double kJumpCost = 1.5;
constexpr double kNever = -std::numeric_limits<double>::infinity();
constexpr double kTightness = 100;
constexpr double kSilent = 0.02;      // of the strongest
constexpr double kOffsetStep = 0.25;  // hops

using Row = std::vector<double>;  // [tempos]

double tempo_at(int step) {
  return kLeastBpm * std::exp2(static_cast<double>(step) / kStepsPerOctave);
}
int tempo_steps() {
  return static_cast<int>(std::floor(kStepsPerOctave * std::log2(kMostBpm / kLeastBpm))) + 1;
}

// What is left of an autocorrelation of 1 at each lag, [window], when the window is laid on both.
std::vector<double> window_correlation(const std::vector<float>& shape) {
  std::vector<double> values(shape.size());
  for (size_t lag = 0; lag < shape.size(); ++lag) {
    for (size_t i = 0; i + lag < shape.size(); ++i)
      values[lag] += static_cast<double>(shape[i]) * static_cast<double>(shape[i + lag]);
  }
  for (size_t lag = shape.size(); lag-- > 0;) values[lag] /= values.front();
  return values;
}

// How well each tempo repeats in windows around every half second.
std::vector<Row> tempogram(const std::vector<double>& strength, double hops_per_second) {
  const int window = static_cast<int>(kWindowSeconds * hops_per_second);
  const std::vector<float> shape = make_window(WindowShape::hann, window);
  const std::vector<double> left = window_correlation(shape);
  const double mean =
      std::accumulate(strength.begin(), strength.end(), 0.0) / static_cast<double>(strength.size());
  RealFft<double> forward(fast_fft_size(2 * window));
  RealFft<double> back(forward.size());
  std::vector<double> correlation(static_cast<size_t>(window));
  const auto at = [&](double lag) {
    const auto below = static_cast<size_t>(lag);
    if (below + 1 >= correlation.size()) return 0.0;
    const double part = lag - static_cast<double>(below);
    return (1 - part) * correlation[below] + part * correlation[below + 1];
  };
  std::vector<Row> rows;
  const auto count = static_cast<int64_t>(strength.size());
  for (double middle = 0; middle < static_cast<double>(count);
       middle += kTempoStepSeconds * hops_per_second) {
    const int64_t begin = static_cast<int64_t>(middle) - window / 2;
    for (int i = 0; i < window; ++i) {
      const int64_t hop = begin + i;
      const double value = hop >= 0 && hop < count ? strength[static_cast<size_t>(hop)] - mean : 0;
      forward.input()[i] = value * shape[static_cast<size_t>(i)];
    }
    const std::complex<double>* spectrum = forward.run();
    // |X|² is real and even, so that another forward transform is the inverse.
    for (int k = 0; k < forward.size(); ++k)
      back.input()[k] = std::norm(spectrum[std::min(k, forward.size() - k)]);
    const std::complex<double>* power = back.run();
    const double whole = power[0].real() + 1e-9;
    for (size_t lag = 0; lag < correlation.size(); ++lag)
      correlation[lag] = power[lag].real() / whole / std::pow(std::max(left[lag], kLeastLeft), kGivenBack);
    Row row;
    for (int step = 0; step < tempo_steps(); ++step) {
      const double lag = 60 * hops_per_second / tempo_at(step);
      row.push_back((at(lag) + at(2 * lag) + 0.5 * at(4 * lag)) / 2.5);
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

std::vector<int> best_path(const std::vector<Row>& repeats) {
  const int tempos = tempo_steps();
  Row prior;
  for (int step = 0; step < tempos; ++step) {
    const double octaves = std::log2(tempo_at(step) / kPriorBpm) / kPriorOctaves;
    prior.push_back(-kPriorWeight * octaves * octaves);
  }
  Row score(static_cast<size_t>(tempos));
  std::vector<std::vector<int>> from;
  for (const Row& row : repeats) {
    const auto best = std::max_element(score.begin(), score.end());
    Row next(score.size());
    std::vector<int> before(score.size());
    for (int step = 0; step < tempos; ++step) {
      double most = *best - kJumpCost;
      before[static_cast<size_t>(step)] = static_cast<int>(best - score.begin());
      for (int other = std::max(step - kReachSteps, 0); other <= std::min(step + kReachSteps, tempos - 1);
           ++other) {
        const double value = score[static_cast<size_t>(other)] - kStepCost * std::abs(other - step);
        if (value <= most) continue;
        most = value;
        before[static_cast<size_t>(step)] = other;
      }
      next[static_cast<size_t>(step)] =
          most + row[static_cast<size_t>(step)] + prior[static_cast<size_t>(step)];
    }
    from.push_back(std::move(before));
    score = std::move(next);
  }
  std::vector<int> path(repeats.size());
  int at = static_cast<int>(std::max_element(score.begin(), score.end()) - score.begin());
  for (size_t window = repeats.size(); window-- > 0;) {
    path[window] = at;
    at = from[window][static_cast<size_t>(at)];
  }
  return path;
}

// The tempo that the song mostly has, where it repeats well.
int usual_step(const std::vector<Row>& repeats, const std::vector<int>& path) {
  Row weight(static_cast<size_t>(tempo_steps()));
  for (size_t window = 0; window < path.size(); ++window) {
    const double value = std::max(repeats[window][static_cast<size_t>(path[window])], 0.0);
    for (int step = std::max(path[window] - 2, 0); step <= std::min(path[window] + 2, tempo_steps() - 1);
         ++step)
      weight[static_cast<size_t>(step)] += value;
  }
  return static_cast<int>(std::max_element(weight.begin(), weight.end()) - weight.begin());
}

// Windows that took the double, the half, three halves or so of the usual tempo take the usual one.
void bring_back(std::vector<int>& path, const std::vector<Row>& repeats) {
  const int usual = usual_step(repeats, path);
  for (size_t window = 0; window < path.size(); ++window) {
    const int away = path[window] - usual;
    for (const auto& [steps, least] :
         {std::pair{48, 0.0}, {-48, 0.0}, {28, 0.5}, {-28, 0.5}, {20, 0.5}, {-20, 0.5}}) {
      if (std::abs(away - steps) > 2) continue;
      const int back = std::clamp(usual + away - steps, 0, tempo_steps() - 1);
      const Row& row = repeats[window];
      if (least == 0.0 || row[static_cast<size_t>(back)] > least * row[static_cast<size_t>(path[window])])
        path[window] = back;
      break;
    }
  }
}

struct Chains {
  std::vector<int64_t> before;  // [hops], -1 for a first one
  std::vector<double> score;    // [hops], of the best chain that ends here
};

// A chain's score is the strength at its pulses less kTightness · ln(interval / period)² for each interval.
Chains best_chains(const std::vector<double>& strength, const std::vector<double>& period,
                   std::optional<int64_t> first) {
  const auto count = static_cast<int64_t>(strength.size());
  Chains chains{std::vector<int64_t>(strength.size(), -1), strength};
  for (int64_t hop = 0; hop < count; ++hop) {
    const auto at = static_cast<size_t>(hop);
    if (first && hop <= *first) {
      chains.score[at] = hop < *first ? kNever : strength[at];
      continue;
    }
    const auto shortest = std::max<int64_t>(static_cast<int64_t>(0.6 * period[at]), 1);
    const auto longest = static_cast<int64_t>(1.6 * period[at]) + 1;
    double best = first ? kNever : 0;
    for (int64_t interval = shortest; interval <= std::min(longest, hop); ++interval) {
      const double stretch = std::log(static_cast<double>(interval) / period[at]);
      const double chain = chains.score[static_cast<size_t>(hop - interval)] - kTightness * stretch * stretch;
      if (chain <= best) continue;
      best = chain;
      chains.before[at] = hop - interval;
    }
    chains.score[at] = strength[at] + best;
  }
  return chains;
}

// Where a parabola through a hop and its neighbours has its top, relative to it: -0.5..0.5.
double top_beside(const std::vector<double>& values, size_t at) {
  if (at == 0 || at + 1 >= values.size()) return 0;
  const double curvature = values[at - 1] - 2 * values[at] + values[at + 1];
  return curvature < 0 ? std::clamp(0.5 * (values[at - 1] - values[at + 1]) / curvature, -0.5, 0.5) : 0;
}

}  // namespace

TempoPath follow_tempo(const std::vector<double>& strength, double hops_per_second) {
  TempoPath result;
  if (strength.empty() || *std::max_element(strength.begin(), strength.end()) <= 0) return result;
  const std::vector<Row> repeats = tempogram(strength, hops_per_second);
  std::vector<int> path = best_path(repeats);
  bring_back(path, repeats);
  std::vector<double> values;
  for (size_t window = 0; window < path.size(); ++window) {
    result.bpm.push_back(tempo_at(path[window]));
    values.push_back(repeats[window][static_cast<size_t>(path[window])]);
  }
  result.repeats = upper_median(values);
  return result;
}

std::vector<double> follow_pulse(const std::vector<double>& strength, double hops_per_second,
                                 const std::vector<double>& tempo_bpm, std::optional<int64_t> first) {
  std::vector<double> pulse;
  if (strength.empty() || tempo_bpm.empty()) return pulse;
  std::vector<double> score = smoothed(strength, 1);
  double squares = 0, mean = 0;
  for (const double value : score) mean += value / static_cast<double>(score.size());
  for (const double value : score)
    squares += (value - mean) * (value - mean) / static_cast<double>(score.size());
  if (squares <= 0) return pulse;
  for (double& value : score) value /= std::sqrt(squares);

  std::vector<double> period;
  const double step_hops = kTempoStepSeconds * hops_per_second;
  for (size_t hop = 0; hop < score.size(); ++hop) {
    const double place =
        std::min(static_cast<double>(hop) / step_hops, static_cast<double>(tempo_bpm.size() - 1));
    const auto below = static_cast<size_t>(place);
    const size_t above = std::min(below + 1, tempo_bpm.size() - 1);
    const double part = place - static_cast<double>(below);
    period.push_back(30 * hops_per_second / ((1 - part) * tempo_bpm[below] + part * tempo_bpm[above]));
  }
  const Chains chains = best_chains(score, period, first);

  // Where the music ends, the best chain of the last one and a half periods.
  const double least = kSilent * *std::max_element(score.begin(), score.end());
  const auto heard = [&](double value) { return value > least; };
  const auto end = std::find_if(score.rbegin(), score.rend(), heard).base() - score.begin();
  const auto tail = std::min<int64_t>(static_cast<int64_t>(1.5 * period.back()), end);
  const auto scores = chains.score.begin();
  int64_t last = std::max_element(scores + (end - tail), scores + end) - scores;
  if (first && last < *first) last = *first;
  for (int64_t hop = last; hop >= 0; hop = chains.before[static_cast<size_t>(hop)])
    pulse.push_back(static_cast<double>(hop) + top_beside(score, static_cast<size_t>(hop)));
  std::reverse(pulse.begin(), pulse.end());
  return pulse;
}

std::vector<double> even_pulse(const std::vector<double>& strength, double hops_per_second,
                               double tempo_bpm) {
  const std::vector<double> score = smoothed(strength, 1);
  const double period = 30 * hops_per_second / tempo_bpm;
  const auto last = static_cast<double>(score.size()) - 1;
  double most = kNever, first = 0;
  for (double offset = 0; offset < period; offset += kOffsetStep) {
    double sum = 0;
    for (double hop = offset; hop < last; hop += period) {
      const auto below = static_cast<size_t>(hop);
      const double part = hop - static_cast<double>(below);
      sum += (1 - part) * score[below] + part * score[below + 1];
    }
    if (sum <= most) continue;
    most = sum;
    first = offset;
  }
  std::vector<double> pulse;
  for (int64_t i = 0; first + static_cast<double>(i) * period <= last; ++i)
    pulse.push_back(first + static_cast<double>(i) * period);
  return pulse;
}

}  // namespace spectradiff
