#include "even_beats.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <span>

#include "spectradiff/base/percentile.h"

namespace spectradiff {
namespace {

constexpr double kNearS = 0.03;
constexpr size_t kLeastBeats = 16;
constexpr size_t kStarts = 40;    // tried in a stretch
constexpr double kOffCost = 1.5;  // a beat off the line, in beats on it
constexpr double kEvenS = 0.012;  // deviation of beats from their line
constexpr int kRefinements = 4;

struct Line {
  double first_s, period_s;
  double off_s(double time_s) const {
    return std::abs(time_s - first_s - std::round((time_s - first_s) / period_s) * period_s);
  }
};

double median_interval(std::span<const double> beats_s) {
  std::vector<double> intervals;
  for (size_t i = 1; i < beats_s.size(); ++i) intervals.push_back(beats_s[i] - beats_s[i - 1]);
  return upper_median(intervals);
}

size_t count_near(std::span<const double> beats_s, const Line& line) {
  return static_cast<size_t>(
      std::count_if(beats_s.begin(), beats_s.end(), [&](double at) { return line.off_s(at) < kNearS; }));
}

// Through two beats that are far enough apart to tell the period, and near most others.
std::optional<Line> rough_line(std::span<const double> beats_s) {
  std::optional<Line> best;
  size_t most = 0;
  const size_t step = std::max<size_t>(beats_s.size() / kStarts, 1);
  for (size_t i = 0; i < beats_s.size(); i += step) {
    for (const size_t apart : {kLeastBeats, 2 * kLeastBeats, 4 * kLeastBeats}) {
      if (i + apart >= beats_s.size()) break;
      const double usual_s = median_interval(beats_s.subspan(i, apart + 1));
      const double whole_s = beats_s[i + apart] - beats_s[i];
      const Line line{beats_s[i], whole_s / std::max(std::round(whole_s / usual_s), 1.0)};
      const size_t near = count_near(beats_s, line);
      if (near <= most) continue;
      most = near;
      best = line;
    }
  }
  return best;
}

// Least squares over the beats near it.
Line refined(std::span<const double> beats_s, Line line) {
  for (int pass = 0; pass < kRefinements; ++pass) {
    double count = 0, sum_k = 0, sum_t = 0, sum_kk = 0, sum_kt = 0;
    for (const double at : beats_s) {
      if (line.off_s(at) >= kNearS) continue;
      const double k = std::round((at - line.first_s) / line.period_s);
      count += 1;
      sum_k += k;
      sum_t += at;
      sum_kk += k * k;
      sum_kt += k * at;
    }
    const double spread = count * sum_kk - sum_k * sum_k;
    if (count < 2 || spread <= 0) return line;
    line.period_s = (count * sum_kt - sum_k * sum_t) / spread;
    line.first_s = (sum_t - line.period_s * sum_k) / count;
  }
  return line;
}

struct Run {
  size_t begin = 0, end = 0;
};

// Where beats on the line outweigh those off it most.
Run longest_run(std::span<const double> beats_s, const Line& line) {
  Run best;
  double most = 0, sum = 0;
  size_t begin = 0;
  for (size_t i = 0; i < beats_s.size(); ++i) {
    sum += line.off_s(beats_s[i]) < kNearS ? 1 : -kOffCost;
    if (sum <= 0) {
      sum = 0;
      begin = i + 1;
    } else if (sum > most) {
      most = sum;
      best = {begin, i + 1};
    }
  }
  return best;
}

bool is_even(std::span<const double> beats_s, const Line& line) {
  double squares = 0, count = 0;
  for (const double at : beats_s) {
    const double off_s = line.off_s(at);
    if (off_s >= kNearS) continue;
    squares += off_s * off_s;
    count += 1;
  }
  return count > 0 && std::sqrt(squares / count) < kEvenS;
}

void find(std::span<const double> beats_s, size_t offset, std::vector<EvenStretch>& found) {
  if (beats_s.size() < kLeastBeats) return;
  const std::optional<Line> rough = rough_line(beats_s);
  if (!rough) return;
  Line line = refined(beats_s, *rough);
  Run run = longest_run(beats_s, line);
  if (run.end - run.begin < kLeastBeats) return;
  line = refined(beats_s.subspan(run.begin, run.end - run.begin), line);
  run = longest_run(beats_s, line);
  if (run.end - run.begin < kLeastBeats) return;
  find(beats_s.first(run.begin), offset, found);
  if (is_even(beats_s.subspan(run.begin, run.end - run.begin), line)) {
    const double first_s =
        line.first_s + std::round((beats_s[run.begin] - line.first_s) / line.period_s) * line.period_s;
    found.push_back({offset + run.begin, offset + run.end, first_s, line.period_s});
  }
  find(beats_s.subspan(run.end), offset + run.end, found);
}

}  // namespace

std::vector<EvenStretch> even_stretches(const std::vector<double>& beats_s) {
  std::vector<EvenStretch> found;
  find(beats_s, 0, found);
  return found;
}

}  // namespace spectradiff
