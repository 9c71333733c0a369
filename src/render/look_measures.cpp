#include "spectradiff/render/look_measures.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace spectradiff {
namespace {

constexpr double kSlowest_hz = 3, kFastest_hz = 15, kEcho_s = 0.3;
constexpr double kSectionPart_s = 2, kLeastSectionPart_s = 0.5;

// An ideal low pass of `cut` cycles per frame, cut off `reach` frames to either side.
double sinc(double cut, int64_t at) {
  if (at == 0) return 2 * cut;
  const double x = std::numbers::pi * static_cast<double>(at);
  return std::sin(2 * cut * x) / x;
}

// [2 reach + 1]: what lets 3 to 15 Hz pass.
std::vector<double> band_filter(double fps) {
  const auto reach = static_cast<int64_t>(std::lround(fps / 2));
  const double fastest = std::min(kFastest_hz / fps, 0.5);
  std::vector<double> filter;
  for (int64_t at = -reach; at <= reach; ++at) {
    const double window =
        0.5 + 0.5 * std::cos(std::numbers::pi * static_cast<double>(at) / static_cast<double>(reach + 1));
    filter.push_back((sinc(fastest, at) - sinc(kSlowest_hz / fps, at)) * window);
  }
  double sum = 0;  // nothing of what stands still passes
  for (const double weight : filter) sum += weight;
  for (double& weight : filter) weight -= sum / static_cast<double>(filter.size());
  return filter;
}

// The ends stand still before and after.
std::vector<double> filtered(const std::vector<double>& values, const std::vector<double>& filter) {
  const auto reach = static_cast<int64_t>(filter.size() / 2);
  const auto count = static_cast<int64_t>(values.size());
  std::vector<double> passed(values.size());
  for (int64_t i = 0; i < count; ++i) {
    double sum = 0;
    for (int64_t k = -reach; k <= reach; ++k)
      sum += filter[static_cast<size_t>(k + reach)] *
             values[static_cast<size_t>(std::clamp<int64_t>(i + k, 0, count - 1))];
    passed[static_cast<size_t>(i)] = sum;
  }
  return passed;
}

double dot(const std::vector<double>& one, const std::vector<double>& other) {
  double sum = 0;
  for (size_t i = 0; i < one.size(); ++i) sum += one[i] * other[i];
  return sum;
}

// The delayed onsets as orthonormal curves (modified Gram-Schmidt), those that add nothing left out.
std::vector<std::vector<double>> explaining_curves(const std::vector<double>& onset, size_t copies) {
  std::vector<std::vector<double>> curves;
  const double energy = dot(onset, onset);
  for (size_t delay = 0; delay < copies; ++delay) {
    std::vector<double> curve(onset.size(), 0);
    for (size_t i = delay; i < onset.size(); ++i) curve[i] = onset[i - delay];
    for (const std::vector<double>& other : curves) {
      const double share = dot(curve, other);
      for (size_t i = 0; i < curve.size(); ++i) curve[i] -= share * other[i];
    }
    const double rest = dot(curve, curve);
    if (rest <= 1e-9 * energy || rest <= 1e-12) continue;
    for (double& value : curve) value /= std::sqrt(rest);
    curves.push_back(std::move(curve));
  }
  return curves;
}

// The mean histogram of the frames [begin, end).
std::vector<double> mean_histogram(const std::vector<PictureLook>& looks, size_t begin, size_t end) {
  std::vector<double> mean(PictureLook::kHistogram, 0);
  for (size_t frame = begin; frame < end; ++frame)
    for (size_t i = 0; i < mean.size(); ++i) mean[i] += looks[frame].histogram[i];
  for (double& value : mean) value /= static_cast<double>(end - begin);
  return mean;
}

double distance_between(const std::vector<PictureLook>& looks, size_t begin, size_t middle, size_t end) {
  return histogram_distance(mean_histogram(looks, begin, middle), mean_histogram(looks, middle, end), 65535);
}

class Mean {
 public:
  void add(double value) {
    sum_ += value;
    ++count_;
  }
  std::optional<double> get() const {
    return count_ == 0 ? std::nullopt : std::optional(sum_ / static_cast<double>(count_));
  }

 private:
  double sum_ = 0;
  int64_t count_ = 0;
};

}  // namespace

std::optional<FastFlicker> fast_flicker(const std::vector<PictureLook>& looks,
                                        const std::vector<double>& onset, double fps) {
  const size_t copies = static_cast<size_t>(kEcho_s * fps) + 1;
  if (looks.size() < 4 * copies || fps <= 2 * kSlowest_hz) return std::nullopt;
  const std::vector<double> filter = band_filter(fps);
  const auto curves = explaining_curves(filtered(onset, filter), onset.empty() ? 0 : copies);
  double all = 0, left = 0;
  std::vector<double> lightness(looks.size());
  for (size_t block = 0; block < looks.front().lightness.size(); ++block) {
    for (size_t i = 0; i < looks.size(); ++i) lightness[i] = looks[i].lightness[block] / 65535.0;
    const std::vector<double> fast = filtered(lightness, filter);
    const double energy = dot(fast, fast);
    double explained = 0;
    for (const std::vector<double>& curve : curves) {
      const double share = dot(fast, curve);
      explained += share * share;
    }
    all += energy;
    left += std::max(0.0, energy - explained);
  }
  const auto values = static_cast<double>(looks.size() * looks.front().lightness.size());
  return FastFlicker{std::sqrt(all / values), std::sqrt(left / values)};
}

std::optional<double> drift_per_minute(const std::vector<PictureLook>& looks, double fps) {
  if (looks.size() < 2) return std::nullopt;
  const double middle = static_cast<double>(looks.size() - 1) / 2;
  double squares = 0;
  Lab slope;
  for (size_t i = 0; i < looks.size(); ++i) {
    const double from_middle = (static_cast<double>(i) - middle) / (60 * fps);
    squares += from_middle * from_middle;
    slope.l += from_middle * looks[i].mean.l;
    slope.a += from_middle * looks[i].mean.a;
    slope.b += from_middle * looks[i].mean.b;
  }
  return delta_e({slope.l / squares, slope.a / squares, slope.b / squares}, Lab{});
}

std::optional<double> section_contrast(const std::vector<PictureLook>& looks,
                                       const std::vector<double>& begins_s, double fps) {
  const auto part = static_cast<size_t>(std::max(1.0, std::round(kSectionPart_s * fps)));
  const auto least = static_cast<size_t>(std::max(1.0, std::round(kLeastSectionPart_s * fps)));
  std::vector<size_t> edges = {0};
  for (const double begin : begins_s) {
    const auto frame = static_cast<size_t>(std::max(0.0, std::floor(begin * fps + 1e-6)));
    if (frame > edges.back() && frame < looks.size()) edges.push_back(frame);
  }
  edges.push_back(looks.size());
  Mean across, within;
  for (size_t i = 0; i + 1 < edges.size(); ++i) {
    const size_t begin = edges[i], end = edges[i + 1];
    for (size_t at = begin; at + 2 * part <= end; at += part)
      within.add(distance_between(looks, at, at + part, at + 2 * part));
    if (i == 0) continue;
    const size_t before = std::min(part, begin - edges[i - 1]), after = std::min(part, end - begin);
    if (before >= least && after >= least)
      across.add(distance_between(looks, begin - before, begin, begin + after));
  }
  if (!across.get() || !within.get() || *within.get() == 0) return std::nullopt;
  return *across.get() / *within.get();
}

}  // namespace spectradiff
