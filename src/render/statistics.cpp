#include "spectradiff/render/statistics.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <utility>

#include "nearest.h"
#include "spectradiff/flow/optical_flow.h"

namespace spectradiff {
namespace {

// Sums that 32 bits hold are what compilers turn into one instruction for sixteen values.
constexpr size_t kPiece = 1 << 16;

double mean_value(const std::vector<uint8_t>& values) {
  uint64_t sum = 0;
  for (size_t begin = 0; begin < values.size(); begin += kPiece) {
    uint32_t piece = 0;
    const size_t end = std::min(values.size(), begin + kPiece);
    for (size_t i = begin; i < end; ++i) piece += values[i];
    sum += piece;
  }
  return static_cast<double>(sum) / (255.0 * static_cast<double>(values.size()));
}

void add_to(Lab& sum, const Lab& value) {
  sum.l += value.l;
  sum.a += value.a;
  sum.b += value.b;
}

// [values.size()]; weights reach + 1 - |distance|, renormalised at the ends.
std::vector<double> smoothed(const std::vector<double>& values, int64_t reach) {
  const auto count = static_cast<int64_t>(values.size());
  std::vector<double> smooth(values.size());
  for (int64_t i = 0; i < count; ++i) {
    double sum = 0;
    double weights = 0;
    for (int64_t k = std::max<int64_t>(0, i - reach); k <= std::min(count - 1, i + reach); ++k) {
      const auto weight = static_cast<double>(reach + 1 - std::abs(k - i));
      sum += weight * values[static_cast<size_t>(k)];
      weights += weight;
    }
    smooth[static_cast<size_t>(i)] = sum / weights;
  }
  return smooth;
}

// Indices of the peaks that PictureStatistics defines; `around` frames to either side make the mean.
std::vector<int64_t> peaks_of(const std::vector<double>& smooth, int64_t around) {
  const auto count = static_cast<int64_t>(smooth.size());
  std::vector<double> sums(smooth.size() + 1);
  for (size_t i = 0; i < smooth.size(); ++i) sums[i + 1] = sums[i] + smooth[i];
  std::vector<int64_t> peaks;
  for (int64_t i = 0; i < count; ++i) {
    const double here = smooth[static_cast<size_t>(i)];
    const int64_t begin = std::max<int64_t>(0, i - around);
    const int64_t end = std::min(count, i + around + 1);
    const double mean = (sums[static_cast<size_t>(end)] - sums[static_cast<size_t>(begin)]) /
                        static_cast<double>(end - begin);
    // The mean's own rounding must not lift a constant above itself.
    const bool stands_out = here > mean + 1e-12;
    const bool rises = i == 0 || here > smooth[static_cast<size_t>(i - 1)];
    const bool falls = i + 1 == count || here >= smooth[static_cast<size_t>(i + 1)];
    if (stands_out && rises && falls) peaks.push_back(i);
  }
  return peaks;
}

// Half of the beat's shorter distance to a neighbour.
double half_interval_s(const std::vector<double>& beats_s, size_t beat) {
  double interval = std::numeric_limits<double>::infinity();
  if (beat > 0) interval = beats_s[beat] - beats_s[beat - 1];
  if (beat + 1 < beats_s.size()) interval = std::min(interval, beats_s[beat + 1] - beats_s[beat]);
  return std::isfinite(interval) ? interval / 2 : 0.5;
}

}  // namespace

double mean_change(const Canvas& one, const Canvas& next) {
  const std::vector<uint8_t>&before = one.bytes(), &now = next.bytes();
  uint64_t sum = 0;
  for (size_t begin = 0; begin < now.size(); begin += kPiece) {
    uint32_t piece = 0;
    const size_t end = std::min(now.size(), begin + kPiece);
    for (size_t i = begin; i < end; ++i) piece += static_cast<uint32_t>(std::abs(now[i] - before[i]));
    sum += piece;
  }
  return static_cast<double>(sum) / (255.0 * static_cast<double>(now.size()));
}

// Changes of frames that follow one another in the song.
struct PictureStatistics::Run {
  int64_t first = 0;           // the frame of the first change
  std::vector<double> values;  // one per frame
};

PictureStatistics::PictureStatistics(const Rational& fps, int64_t frames)
    : fps_(fps), total_(frames), tenth_((frames + 9) / 10), flashes_(fps) {
  if (flow_problem().empty()) motion_.emplace();
}

std::optional<Motion> PictureStatistics::motion() const {
  return motion_ ? motion_->motion() : std::nullopt;
}

void PictureStatistics::add(int64_t frame, const Canvas& picture) {
  level_sum_ += mean_value(picture.bytes());
  if (changes_.empty()) {
    changes_.push_back({frame, 0, 0, 0, false});
    previous_ = picture.clone();
  } else {
    changes_.push_back({frame, mean_change(previous_, picture), 0, 0, changes_.back().frame + 1 == frame});
    previous_.bytes() = picture.bytes();
  }
  if (motion_) motion_->add(picture, changes_.back().after_neighbour);
  measure_light(picture, light_);
  flashes_.add(light_);
  looks_.push_back(meter_.look(light_));
  changes_.back().seen = meter_.change();
  changes_.back().flashes = flashes_.latest();
  const auto number = static_cast<int64_t>(changes_.size()) - 1;
  if (number < tenth_ || number >= total_ - tenth_) {
    const Lab& colour = looks_.back().mean;
    if (number < tenth_) add_to(first_tenth_, colour);
    if (number >= total_ - tenth_) add_to(last_tenth_, colour);
  }
}

double PictureStatistics::flicker() const {
  if (changes_.size() < 2) return 0;
  double sum = 0;
  for (const Change& change : changes_) sum += change.value;
  return sum / static_cast<double>(changes_.size() - 1);
}

double PictureStatistics::level() const {
  return changes_.empty() ? 0 : level_sum_ / static_cast<double>(changes_.size());
}

std::optional<double> PictureStatistics::change_onset_correlation(
    const std::vector<float>& onset_strength) const {
  std::vector<std::pair<double, double>> pairs;
  for (const Change& change : changes_) {
    const auto frame = static_cast<size_t>(change.frame);
    if (change.after_neighbour && frame < onset_strength.size())
      pairs.emplace_back(change.value, onset_strength[frame]);
  }
  if (pairs.size() < 3) return std::nullopt;
  double mean_x = 0;
  double mean_y = 0;
  for (const auto& [x, y] : pairs) {
    mean_x += x / static_cast<double>(pairs.size());
    mean_y += y / static_cast<double>(pairs.size());
  }
  double xx = 0;
  double yy = 0;
  double xy = 0;
  for (const auto& [x, y] : pairs) {
    xx += (x - mean_x) * (x - mean_x);
    yy += (y - mean_y) * (y - mean_y);
    xy += (x - mean_x) * (y - mean_y);
  }
  // What rounding leaves of a constant does not vary.
  constexpr double kNothing = 1e-18;
  if (xx < kNothing || yy < kNothing) return std::nullopt;
  return std::clamp(xy / std::sqrt(xx * yy), -1.0, 1.0);
}

std::optional<double> PictureStatistics::held_change(const std::vector<float>& onset_strength) const {
  constexpr float kOnset = 0.3F;
  const auto reach = static_cast<int64_t>(fps_.to_double() / 2);
  std::vector<int64_t> onsets;
  for (size_t frame = 0; frame < onset_strength.size(); ++frame) {
    if (onset_strength[frame] >= kOnset) onsets.push_back(static_cast<int64_t>(frame));
  }
  double held = 0, struck = 0;
  int64_t held_count = 0, struck_count = 0;
  for (const Change& change : changes_) {
    if (!change.after_neighbour) continue;
    const int64_t distance = nearest_distance(onsets, change.frame);
    if (distance == 0) {
      struck += change.value;
      ++struck_count;
    } else if (distance > reach) {
      held += change.value;
      ++held_count;
    }
  }
  if (held_count == 0 || struck == 0) return std::nullopt;
  return held / static_cast<double>(held_count) / (struck / static_cast<double>(struck_count));
}

std::vector<PictureStatistics::Run> PictureStatistics::runs() const {
  std::vector<Run> found;
  bool open = false;
  for (const Change& change : changes_) {
    if (change.after_neighbour && !open) found.push_back({change.frame, {}});
    open = change.after_neighbour;
    if (open) found.back().values.push_back(change.value);
  }
  return found;
}

std::optional<double> PictureStatistics::beat_error_s(const std::vector<double>& beats_s) const {
  const double fps = fps_.to_double();
  const auto reach = std::max(int64_t{1}, static_cast<int64_t>(std::llround(fps / 15)));
  double sum = 0;
  int64_t count = 0;
  for (const Run& run : runs()) {
    std::vector<int64_t> peaks = peaks_of(smoothed(run.values, reach), static_cast<int64_t>(std::ceil(fps)));
    for (int64_t& peak : peaks) peak += run.first;
    const int64_t end = run.first + static_cast<int64_t>(run.values.size());
    for (size_t beat = 0; beat < beats_s.size(); ++beat) {
      // A beat at a frame's start belongs to it whichever way its seconds were rounded.
      const auto frame = static_cast<int64_t>(std::floor(beats_s[beat] * fps + 1e-6));
      if (frame < run.first - 1 || frame >= end) continue;
      const double bound = half_interval_s(beats_s, beat);
      const double error = peaks.empty() ? bound : static_cast<double>(nearest_distance(peaks, frame)) / fps;
      sum += std::min(error, bound);
      ++count;
    }
  }
  if (count == 0) return std::nullopt;
  return sum / static_cast<double>(count);
}

std::optional<double> PictureStatistics::colour_drift() const {
  if (changes_.size() < 2 || static_cast<int64_t>(changes_.size()) != total_) return std::nullopt;
  const auto frames = static_cast<double>(tenth_);
  const auto mean = [&](const Lab& sum) { return Lab{sum.l / frames, sum.a / frames, sum.b / frames}; };
  return delta_e(mean(first_tenth_), mean(last_tenth_));
}

std::vector<PictureStatistics::Seen> PictureStatistics::seen() const {
  std::vector<Seen> all;
  for (const Change& change : changes_) all.push_back({change.frame, change.seen, change.flashes});
  return all;
}

PictureStatistics::Stretch PictureStatistics::longest_stretch() const {
  size_t best = 0, best_length = 0;
  for (size_t begin = 0; begin < changes_.size();) {
    size_t end = begin + 1;
    while (end < changes_.size() && changes_[end].after_neighbour) ++end;
    if (end - begin > best_length) {
      best = begin;
      best_length = end - begin;
    }
    begin = end;
  }
  Stretch stretch;
  if (best_length == 0) return stretch;
  stretch.first = changes_[best].frame;
  for (size_t i = best; i < best + best_length; ++i) {
    stretch.looks.push_back(looks_[i]);
    stretch.changes.push_back(i == best ? 0 : changes_[i].seen);
  }
  return stretch;
}

}  // namespace spectradiff
