#include "spectradiff/timeline/walk.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <numeric>

#include "spectradiff/base/number.h"
#include "spectradiff/timeline/easing.h"

namespace spectradiff {
namespace {

constexpr double kWholeTurn = 2 * std::numbers::pi;
constexpr size_t kRandomSeeds = 6;
using NoisePlace = std::array<double, kRandomSeeds>;

class WalkDice {
 public:
  explicit WalkDice(uint64_t seed) : numbers_(seed) {}
  double uniform() { return numbers_.unit() + 0x1p-54; }  // (0, 1)
  double normal() {                                       // Box and Muller
    const double radius = std::sqrt(-2 * std::log(uniform()));
    return radius * std::cos(kWholeTurn * uniform());
  }

 private:
  SplitMix64 numbers_;
};

// What a step goes from and to; the last one ends with the song.
struct WalkStep {
  double begin, end;  // places among the frames
  double value;       // what the walk goes by, at the step's end
};

std::vector<WalkStep> walk_steps(const WalkSettings& settings, const WalkSong& song) {
  std::vector<WalkStep> steps;
  const auto& beats = song.beat_frames;
  const auto every = static_cast<size_t>(settings.beats);
  const auto frames = static_cast<double>(song.by.size());
  for (size_t beat = 0; beat < beats.size(); beat += every) {
    const double end = beat + every < beats.size() ? beats[beat + every] : frames;
    if (!(end > beats[beat])) continue;
    const auto at = static_cast<size_t>(std::clamp(end, 0.0, frames - 1));
    steps.push_back({beats[beat], end, song.by[at]});
  }
  return steps;
}

// No further from frame to frame than the limit says.
void hold_back(std::vector<double>& angles, const WalkSettings& settings, const Rational& fps) {
  if (!(settings.limit > 0)) return;
  const double most = settings.limit * kWholeTurn / fps.to_double();
  for (size_t frame = 1; frame < angles.size(); ++frame)
    angles[frame] = angles[frame - 1] + std::clamp(angles[frame] - angles[frame - 1], -most, most);
}

std::vector<double> flowing_angles(const WalkSettings& settings, const WalkSong& song) {
  const size_t end = song.last > 0 ? song.last : song.by.size();
  const auto sum_of = [&](size_t from, size_t to) {
    return std::accumulate(song.by.begin() + static_cast<std::ptrdiff_t>(from),
                           song.by.begin() + static_cast<std::ptrdiff_t>(to), 0.0);
  };
  const double total = sum_of(song.first, end);
  std::vector<double> angles;
  double sum = -sum_of(0, song.first);
  for (size_t frame = 0; frame < song.by.size(); ++frame) {
    const double share = total > 0 ? sum / total
                                   : (static_cast<double>(frame) - static_cast<double>(song.first)) /
                                         static_cast<double>(end - song.first);
    angles.push_back(kWholeTurn * settings.turns * share);
    sum += song.by[frame];
  }
  return angles;
}

std::vector<double> beating_angles(const WalkSettings& settings, const WalkSong& song, uint64_t seed) {
  std::vector<double> angles(song.by.size());
  WalkDice dice(seed);
  const bool snaps = settings.mode == WalkMode::snap;
  double from = 0;
  for (const WalkStep& step : walk_steps(settings, song)) {
    const double aside = settings.jitter * std::numbers::pi * (2 * dice.uniform() - 1);
    const auto first = static_cast<size_t>(std::ceil(std::max(step.begin, 0.0)));
    const auto last = static_cast<size_t>(std::ceil(step.end));
    const double distance = song.distance[std::min(first, angles.size() - 1)];
    const double way = kWholeTurn * distance * step.value + (snaps ? 0 : aside);
    for (size_t frame = first; frame < last && frame < angles.size(); ++frame) {
      const auto place = static_cast<double>(frame);
      // snap reaches the step's end in its last frame (NumPy's linspace), travel with the next step's begin.
      const double share =
          snaps
              ? (last - first > 1 ? static_cast<double>(frame - first) / static_cast<double>(last - first - 1)
                                  : 0)
              : (place - step.begin) / (step.end - step.begin);
      angles[frame] = (snaps ? aside : from) + way * eased(settings.easing, share);
    }
    from += way;
    if (snaps) continue;
    for (size_t frame = last; frame < angles.size(); ++frame) angles[frame] = from;
  }
  return angles;
}

void to_unit_length(NoisePlace& place) {
  const double length = std::sqrt(std::inner_product(place.begin(), place.end(), place.begin(), 0.0));
  for (double& value : place) value /= length;
}

NoisePlace any_direction(WalkDice& dice) {
  NoisePlace direction{};
  for (double& value : direction) value = dice.normal();
  to_unit_length(direction);
  return direction;
}

// At a right angle to where the walk is.
void straighten(NoisePlace& direction, const NoisePlace& at) {
  const double along = std::inner_product(direction.begin(), direction.end(), at.begin(), 0.0);
  for (size_t i = 0; i < kRandomSeeds; ++i) direction[i] -= along * at[i];
  to_unit_length(direction);
}

// The direction is blended with a new one at each beat, by jitter; steps are as long as what the walk goes
// by says.
std::vector<std::vector<double>> random_weights(const WalkSettings& settings, const WalkSong& song,
                                                uint64_t seed) {
  WalkDice dice(seed);
  NoisePlace at{1};
  NoisePlace direction = any_direction(dice);
  straighten(direction, at);
  std::vector<std::vector<double>> weights(song.by.size(), {at.begin(), at.end()});
  for (const WalkStep& step : walk_steps(settings, song)) {
    const NoisePlace other = any_direction(dice);
    for (size_t i = 0; i < kRandomSeeds; ++i)
      direction[i] = std::lerp(direction[i], other[i], settings.jitter);
    straighten(direction, at);
    const auto first = static_cast<size_t>(std::ceil(std::max(step.begin, 0.0)));
    double way = kWholeTurn * song.distance[std::min(first, weights.size() - 1)] * step.value;
    if (settings.limit > 0)
      way = std::min(way, kWholeTurn * settings.limit * (step.end - step.begin) / song.fps.to_double());
    const auto moved = [&](double angle) {
      NoisePlace place{};
      for (size_t i = 0; i < kRandomSeeds; ++i)
        place[i] = std::cos(angle) * at[i] + std::sin(angle) * direction[i];
      to_unit_length(place);
      return place;
    };
    const NoisePlace end = moved(way);
    for (size_t frame = first; frame < weights.size(); ++frame) {
      const double share = (static_cast<double>(frame) - step.begin) / (step.end - step.begin);
      const NoisePlace place = share < 1 ? moved(way * eased(settings.easing, share)) : end;
      weights[frame].assign(place.begin(), place.end());
    }
    // It goes on as it went.
    for (size_t i = 0; i < kRandomSeeds; ++i)
      direction[i] = std::cos(way) * direction[i] - std::sin(way) * at[i];
    at = end;
  }
  return weights;
}

}  // namespace

bool walks_by_beats(const WalkSettings& settings) {
  const bool steps = settings.mode == WalkMode::snap || settings.mode == WalkMode::travel;
  return settings.kind == WalkKind::random || (settings.kind == WalkKind::circle && steps);
}

std::string walk_source(const WalkSettings& settings) {
  if (!settings.by.empty()) return settings.by;
  if (settings.kind == WalkKind::closed || settings.mode == WalkMode::flow) return "percussive_peak";
  return settings.mode == WalkMode::level ? "mel_level" : "mel_power";
}

std::vector<double> walk_angles(const WalkSettings& settings, const WalkSong& song, uint64_t seed) {
  std::vector<double> angles;
  if (settings.kind == WalkKind::closed || settings.mode == WalkMode::flow) {
    angles = flowing_angles(settings, song);
  } else if (settings.mode == WalkMode::level) {
    for (size_t frame = 0; frame < song.by.size(); ++frame)
      angles.push_back(std::numbers::pi * song.distance[frame] * song.by[frame]);
  } else {
    angles = beating_angles(settings, song, seed);
  }
  // A curve that closes keeps its own pace.
  if (settings.kind != WalkKind::closed) hold_back(angles, settings, song.fps);
  return angles;
}

std::vector<std::vector<double>> walk_weights(const WalkSettings& settings, const WalkSong& song,
                                              uint64_t seed) {
  if (settings.kind == WalkKind::random) return random_weights(settings, song, seed);
  std::vector<std::vector<double>> weights;
  for (const double angle : walk_angles(settings, song, seed)) {
    if (settings.kind == WalkKind::closed) {
      weights.push_back({std::cos(angle) * std::numbers::sqrt2 / 2, std::sin(angle) * std::numbers::sqrt2 / 2,
                         std::cos(2 * angle) * std::numbers::sqrt2 / 2,
                         std::sin(2 * angle) * std::numbers::sqrt2 / 2});
    } else {
      weights.push_back({std::cos(angle), std::sin(angle)});
    }
  }
  return weights;
}

}  // namespace spectradiff
