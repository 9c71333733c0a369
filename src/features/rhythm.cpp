#include "rhythm.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>

#include "fft.h"
#include "log_spectrum.h"

namespace spectradiff {
namespace {

constexpr double kTempogramSeconds = 8;
// librosa takes a window at every hop; every 0.1 s their mean is the same to three digits.
constexpr double kTempogramStepSeconds = 0.1;
constexpr double kPriorBpm = 120;
constexpr double kLeastBpm = 30;
constexpr double kMostBpm = 320;
// Standard deviation of the smoothing that lets periods between hops repeat.
constexpr double kSmoothSeconds = 0.017;
// Autocorrelation falls with the lag as the window's own does; this power of that is given back.
constexpr double kGivenBack = 0.4;
constexpr double kTightness = 100;
constexpr double kWeak = 0.1;
constexpr int64_t kUnseenHops = 3;  // onset strength begins behind these
// What repeats less than this has no tempo.
constexpr double kLeastRepeats = 0.01;
constexpr double kNever = -std::numeric_limits<double>::infinity();

// Smoothed, and without its mean, which would hide what repeats.
std::vector<float> contrast_of(const std::vector<float>& strength, double deviation) {
  const auto reach = static_cast<int64_t>(4 * deviation) + 1;
  std::vector<double> weights;
  for (int64_t i = -reach; i <= reach; ++i)
    weights.push_back(std::exp(-0.5 * static_cast<double>(i * i) / (deviation * deviation)));
  const double total = std::accumulate(weights.begin(), weights.end(), 0.0);
  const double mean =
      std::accumulate(strength.begin(), strength.end(), 0.0) / static_cast<double>(strength.size());
  const auto count = static_cast<int64_t>(strength.size());
  std::vector<float> contrast;
  contrast.reserve(strength.size());
  for (int64_t hop = 0; hop < count; ++hop) {
    double sum = 0;
    for (int64_t i = std::max(-reach, -hop); i <= std::min(reach, count - 1 - hop); ++i)
      sum += weights[static_cast<size_t>(i + reach)] * strength[static_cast<size_t>(hop + i)];
    contrast.push_back(static_cast<float>(sum / total - mean));
  }
  return contrast;
}

// What is left of an autocorrelation of 1 at each lag, [window], when the window is laid on both.
std::vector<double> window_correlation(const std::vector<float>& shape) {
  std::vector<double> values;
  for (size_t lag = 0; lag < shape.size(); ++lag) {
    double sum = 0;
    for (size_t i = 0; i + lag < shape.size(); ++i) sum += static_cast<double>(shape[i]) * shape[i + lag];
    values.push_back(values.empty() ? sum : sum / values.front());
  }
  values.front() = 1;
  return values;
}

// Mean over the song of windowed autocorrelations, [window], each with 1 at its maximum.
std::vector<double> mean_tempogram(const std::vector<float>& strength, int window, int step) {
  const auto count = static_cast<int>(strength.size());
  const int half = window / 2;
  std::vector<float> padded(static_cast<size_t>(count + 2 * half));
  std::copy(strength.begin(), strength.end(), padded.begin() + half);

  const std::vector<float> shape = make_window(WindowShape::hann, window);
  RealFft<float> forward(fast_fft_size(2 * window - 1));
  RealFft<float> back(forward.size());
  std::vector<double> mean(static_cast<size_t>(window));
  int windows = 0;
  for (int begin = 0; begin < count && begin + window <= static_cast<int>(padded.size()); begin += step) {
    ++windows;
    for (size_t i = 0; i < shape.size(); ++i)
      forward.input()[i] = padded[static_cast<size_t>(begin) + i] * shape[i];
    const std::complex<float>* spectrum = forward.run();
    // |X|² is real and even, so that another forward transform is the inverse.
    for (int k = 0; k < forward.size(); ++k)
      back.input()[k] = std::norm(spectrum[std::min(k, forward.size() - k)]);
    const std::complex<float>* correlation = back.run();
    float maximum = 0;
    for (int lag = 0; lag < window; ++lag) maximum = std::max(maximum, std::abs(correlation[lag].real()));
    if (maximum <= std::numeric_limits<float>::min()) continue;
    for (int lag = 0; lag < window; ++lag)
      mean[static_cast<size_t>(lag)] += correlation[lag].real() / maximum;
  }
  const std::vector<double> left = window_correlation(shape);
  for (size_t lag = 0; lag < mean.size(); ++lag)
    mean[lag] /= std::max(windows, 1) * std::pow(std::max(left[lag], 0.05), kGivenBack);
  return mean;
}

// Where a parabola through three neighbours has its top, relative to the middle one: -0.5..0.5.
double parabola_top(double left, double middle, double right) {
  const double curvature = left - 2 * middle + right;
  return curvature < 0 ? std::clamp(0.5 * (left - right) / curvature, -0.5, 0.5) : 0;
}

// Onset strength in units of its deviation, smoothed over a 32nd of a beat to either side.
std::vector<double> local_score(const std::vector<float>& strength, int64_t period) {
  const auto count = static_cast<int64_t>(strength.size());
  double mean = 0;
  for (const float value : strength) mean += value;
  mean /= static_cast<double>(count);
  double squares = 0;
  for (const float value : strength) squares += (value - mean) * (value - mean);
  const double deviation = std::sqrt(squares / static_cast<double>(std::max<int64_t>(count - 1, 1)));

  std::vector<double> weights;
  for (int64_t lag = 0; lag <= period; ++lag) {
    const double position = static_cast<double>(lag) * 32 / static_cast<double>(period);
    weights.push_back(std::exp(-0.5 * position * position));
  }
  std::vector<double> score(strength.size());
  for (int64_t hop = 0; hop < count; ++hop) {
    double sum = 0;
    for (int64_t other = std::max<int64_t>(hop - period, 0); other <= std::min(hop + period, count - 1);
         ++other)
      sum += weights[static_cast<size_t>(std::abs(other - hop))] * strength[static_cast<size_t>(other)];
    score[static_cast<size_t>(hop)] = sum / (deviation + std::numeric_limits<float>::min());
  }
  return score;
}

struct Chains {
  std::vector<int64_t> before;  // [hops], the beat before; -1 for a first one
  std::vector<double> score;    // [hops], of the best chain that ends here
};

// A chain's score is that of its beats less kTightness · ln(interval / period)² for each interval. With
// `first`, chains begin there alone.
Chains best_chains(const std::vector<double>& score, int64_t period, std::optional<int64_t> first) {
  const auto count = static_cast<int64_t>(score.size());
  std::vector<double> penalty(static_cast<size_t>(2 * period + 1));
  for (size_t interval = 1; interval < penalty.size(); ++interval) {
    const double stretch = std::log(static_cast<double>(interval) / static_cast<double>(period));
    penalty[interval] = kTightness * stretch * stretch;
  }
  const auto shortest = static_cast<int64_t>(std::nearbyint(static_cast<double>(period) / 2));
  // Chains begin where the music does.
  const double least = 0.01 * *std::max_element(score.begin(), score.end());
  bool begun = first.has_value();
  Chains chains{std::vector<int64_t>(score.size(), -1), std::vector<double>(score.size(), kNever)};
  for (int64_t hop = first.value_or(0); hop < count; ++hop) {
    double best = kNever;
    int64_t from = -1;
    for (int64_t other = hop - std::max<int64_t>(shortest, 1);
         other >= std::max<int64_t>(hop - 2 * period, 0); --other) {
      const double chain =
          chains.score[static_cast<size_t>(other)] - penalty[static_cast<size_t>(hop - other)];
      if (chain > best) {
        best = chain;
        from = other;
      }
    }
    const auto at = static_cast<size_t>(hop);
    if (first && from < 0 && hop != *first) continue;
    chains.score[at] = score[at] + (from < 0 ? 0 : best);
    begun = begun || score[at] >= least;
    chains.before[at] = begun ? from : -1;
  }
  return chains;
}

bool is_peak(const std::vector<double>& values, size_t at) {
  const double next = at + 1 < values.size() ? values[at + 1] : values[at];
  return at > 0 && values[at] > values[at - 1] && values[at] >= next;
}

// The last peak of a chain's score that is at least half as high as such peaks are.
int64_t last_beat(const std::vector<double>& score) {
  std::vector<double> peaks;
  for (size_t hop = 0; hop < score.size(); ++hop) {
    if (is_peak(score, hop) && std::isfinite(score[hop])) peaks.push_back(score[hop]);
  }
  if (peaks.empty()) return static_cast<int64_t>(score.size()) - 1;
  std::sort(peaks.begin(), peaks.end());
  const double median = (peaks[(peaks.size() - 1) / 2] + peaks[peaks.size() / 2]) / 2;
  for (size_t hop = score.size(); hop-- > 0;) {
    if (is_peak(score, hop) && score[hop] >= 0.5 * median) return static_cast<int64_t>(hop);
  }
  return static_cast<int64_t>(score.size()) - 1;
}

// A tenth of the root mean square of the beats' scores, smoothed over three of them. librosa's half would
// take the beats of a quiet introduction away.
double weak_score(const std::vector<double>& score, const std::vector<int64_t>& beats) {
  const auto at = [&](size_t i) { return i < beats.size() ? score[static_cast<size_t>(beats[i])] : 0; };
  double squares = 0;
  for (size_t i = 0; i < beats.size() + 1; ++i) {
    const double smooth = 0.5 * (i > 0 ? at(i - 1) : 0) + at(i) + 0.5 * at(i + 1);
    squares += smooth * smooth;
  }
  return kWeak * std::sqrt(squares / static_cast<double>(beats.size() + 2));
}

}  // namespace

double estimate_tempo(const std::vector<float>& strength, double hops_per_second) {
  if (strength.empty() || *std::max_element(strength.begin(), strength.end()) <= 0) return 0;
  const int window = static_cast<int>(kTempogramSeconds * hops_per_second);
  const int step = std::max(1, static_cast<int>(kTempogramStepSeconds * hops_per_second));
  const std::vector<double> tempogram =
      mean_tempogram(contrast_of(strength, kSmoothSeconds * hops_per_second), window, step);
  double best = kNever;
  int64_t best_lag = 0;
  for (int64_t lag = 1; 2 * lag < window; ++lag) {
    const double bpm = 60 * hops_per_second / static_cast<double>(lag);
    const double repeats =
        (tempogram[static_cast<size_t>(lag)] + tempogram[static_cast<size_t>(2 * lag)]) / 2;
    if (bpm < kLeastBpm || bpm >= kMostBpm || repeats <= kLeastRepeats) continue;
    const double octaves = std::log2(bpm / kPriorBpm);
    const double value = std::log(repeats) - 0.5 * octaves * octaves;
    if (value > best) {
      best = value;
      best_lag = lag;
    }
  }
  if (best_lag == 0) return 0;
  const auto at = static_cast<size_t>(best_lag);
  const double top =
      at + 1 < tempogram.size() ? parabola_top(tempogram[at - 1], tempogram[at], tempogram[at + 1]) : 0;
  return 60 * hops_per_second / (static_cast<double>(best_lag) + top);
}

std::vector<double> track_beats(const std::vector<float>& strength, double hops_per_second, double tempo_bpm,
                                std::optional<double> first) {
  std::vector<double> times;
  if (strength.empty() || !(tempo_bpm > 0) || *std::max_element(strength.begin(), strength.end()) <= 0)
    return times;
  const auto count = static_cast<int64_t>(strength.size());
  const int64_t period = std::max<int64_t>(1, std::lround(hops_per_second * 60 / tempo_bpm));
  std::optional<int64_t> first_hop;
  if (first) first_hop = std::clamp<int64_t>(std::lround(*first), 0, count - 1);

  const std::vector<double> score = local_score(strength, period);
  const Chains chains = best_chains(score, period, first_hop);
  std::vector<int64_t> beats;
  for (int64_t hop = last_beat(chains.score); hop >= 0; hop = chains.before[static_cast<size_t>(hop)])
    beats.push_back(hop);
  std::reverse(beats.begin(), beats.end());

  const double weak = weak_score(score, beats);
  const auto strong = [&](double value) { return value > weak; };
  int64_t begin = first_hop ? 0 : std::find_if(score.begin(), score.end(), strong) - score.begin();
  const auto end = std::find_if(score.rbegin(), score.rend(), strong).base() - score.begin();
  // A beat that begins the song is not seen to rise; the next one speaks for it.
  if (beats.size() > 1 && beats[0] <= kUnseenHops && beats[1] >= begin) begin = 0;
  for (const int64_t hop : beats) {
    const bool forced = first_hop && hop == *first_hop;
    if (!forced && (hop < begin || hop >= end)) continue;
    const auto at = static_cast<size_t>(hop);
    const bool inside = at > 0 && at + 1 < score.size();
    times.push_back(forced ? *first
                           : static_cast<double>(hop) +
                                 (inside ? parabola_top(score[at - 1], score[at], score[at + 1]) : 0));
  }
  return times;
}

}  // namespace spectradiff
