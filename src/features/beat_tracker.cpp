#include "beat_tracker.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>

#include "even_beats.h"
#include "pulse.h"
#include "spectradiff/base/percentile.h"

namespace spectradiff {
namespace {

// Where less begins than this in the mean, in dB a hop, nothing does: a drone, a slow swell.
constexpr double kLeastMeanRiseDb = 0.15;
// What repeats less, or whose pulses stand out less, has no beat.
constexpr double kLeastRepeats = 0.12;
constexpr double kLeastStanding = 2;
// Stretches whose tempos differ less have the same one.
constexpr double kSameTempo = 0.005;
constexpr double kMostly = 0.5;

// In the mean, of the largest strength within a hop of each pulse, to that of all hops.
double standing_out(const std::vector<double>& strength, const std::vector<double>& pulse) {
  double mean = 0, at_pulses = 0;
  for (const double value : strength) mean += value / static_cast<double>(strength.size());
  for (const double hop : pulse) {
    const auto begin = std::max<std::ptrdiff_t>(std::lround(hop) - 1, 0);
    const auto end = std::min(begin + 3, static_cast<std::ptrdiff_t>(strength.size()));
    at_pulses += *std::max_element(strength.begin() + std::min(begin, end - 1), strength.begin() + end);
  }
  return at_pulses / static_cast<double>(pulse.size()) / mean;
}

double mean_rise_db(const Novelty& novelty) {
  double sum = 0;
  for (const auto& range : novelty.rise_db) sum += std::accumulate(range.begin(), range.end(), 0.0);
  return sum / static_cast<double>(novelty.strength.size());
}

// Hops; empty where there is no beat.
std::vector<double> find_pulse(const Novelty& novelty, double hops_per_second, const BeatRequest& request) {
  const std::vector<double>& strength = novelty.strength;
  if (strength.empty() || *std::max_element(strength.begin(), strength.end()) <= 0) return {};
  if (mean_rise_db(novelty) < kLeastMeanRiseDb && request.tempo_bpm == 0 && !request.first_s) return {};
  if (request.tempo_bpm > 0) return even_pulse(strength, hops_per_second, request.tempo_bpm);
  const TempoPath path = follow_tempo(strength, hops_per_second);
  std::optional<int64_t> first;
  if (request.first_s) {
    const double hop = *request.first_s * hops_per_second - kNoveltyEarlyHops;
    first = std::clamp<int64_t>(std::lround(hop), 0, static_cast<int64_t>(strength.size()) - 1);
  }
  std::vector<double> pulse = follow_pulse(strength, hops_per_second, path.bpm, first);
  if (!first &&
      (pulse.size() < 2 || path.repeats < kLeastRepeats || standing_out(strength, pulse) < kLeastStanding))
    pulse.clear();
  return pulse;
}

struct PlacedBeat {
  double time_s;
  int place;  // in the bar, in beats
};

std::vector<PlacedBeat> beats_of(const std::vector<double>& pulse_s, const Metre& metre) {
  std::vector<PlacedBeat> beats;
  for (size_t pulse = 0; pulse < pulse_s.size(); ++pulse) {
    if (metre.place[pulse] % metre.pulses_per_beat == 0)
      beats.push_back({pulse_s[pulse], metre.place[pulse] / metre.pulses_per_beat});
  }
  return beats;
}

std::vector<double> times_of(const std::vector<PlacedBeat>& beats) {
  std::vector<double> times;
  for (const PlacedBeat& beat : beats) times.push_back(beat.time_s);
  return times;
}

// The exact grid of a stretch; most of its beats say where its bars begin.
void add_even(std::vector<PlacedBeat>& to, const std::vector<PlacedBeat>& beats, const EvenStretch& stretch,
              int beats_per_bar) {
  const auto step_of = [&](double time_s) {
    return static_cast<int>(std::lround((time_s - stretch.first_s) / stretch.period_s));
  };
  std::vector<int> votes(static_cast<size_t>(beats_per_bar));
  for (size_t i = stretch.begin; i < stretch.end; ++i) {
    const int first_place =
        ((beats[i].place - step_of(beats[i].time_s)) % beats_per_bar + beats_per_bar) % beats_per_bar;
    ++votes[static_cast<size_t>(first_place)];
  }
  const auto first_place = static_cast<int>(std::max_element(votes.begin(), votes.end()) - votes.begin());
  for (int step = 0; step <= step_of(beats[stretch.end - 1].time_s); ++step)
    to.push_back({stretch.first_s + step * stretch.period_s, (first_place + step) % beats_per_bar});
}

std::vector<PlacedBeat> evened(const std::vector<PlacedBeat>& beats,
                               const std::vector<EvenStretch>& stretches, int beats_per_bar) {
  std::vector<PlacedBeat> result;
  size_t next = 0;
  for (const EvenStretch& stretch : stretches) {
    for (; next < stretch.begin; ++next) result.push_back(beats[next]);
    add_even(result, beats, stretch, beats_per_bar);
    next = stretch.end;
  }
  for (; next < beats.size(); ++next) result.push_back(beats[next]);
  std::erase_if(result, [](const PlacedBeat& beat) { return beat.time_s < 0; });
  return result;
}

// The tempos of even stretches, those of the same tempo in a row as one; the most common one becomes the
// song's where it is that of most beats.
void set_tempos(BeatGrid& grid, const std::vector<EvenStretch>& stretches) {
  grid.tempo_bpm = mean_tempo(grid.beats_s);
  double most_s = 0, even_s = 0;
  const auto same = [](double a, double b) { return std::abs(a / b - 1) < kSameTempo; };
  const auto length_s = [](const EvenStretch& stretch) {
    return static_cast<double>(stretch.end - stretch.begin) * stretch.period_s;
  };
  double usual_bpm = 0;
  for (const EvenStretch& stretch : stretches) {
    even_s += length_s(stretch);
    double shared_s = 0, weighted_s = 0;
    for (const EvenStretch& other : stretches) {
      if (!same(other.period_s, stretch.period_s)) continue;
      shared_s += length_s(other);
      weighted_s += length_s(other) * other.period_s;
    }
    if (shared_s <= most_s) continue;
    most_s = shared_s;
    usual_bpm = 60 * shared_s / weighted_s;
  }
  const double whole_s = grid.beats_s.empty() ? 0 : grid.beats_s.back() - grid.beats_s.front();
  if (even_s < kMostly * whole_s) {
    grid.tempos = {{grid.beats_s.front(), grid.tempo_bpm}};
    return;
  }
  if (most_s >= kMostly * even_s) grid.tempo_bpm = usual_bpm;
  for (const EvenStretch& stretch : stretches) {
    if (grid.tempos.empty() || !same(grid.tempos.back().bpm, 60 / stretch.period_s))
      grid.tempos.push_back({stretch.first_s, 60 / stretch.period_s});
  }
}

}  // namespace

double mean_tempo(const std::vector<double>& beats_s) {
  if (beats_s.size() < 2) return 0;
  const size_t apart = beats_s.size() / 2;
  std::vector<double> intervals;
  for (size_t i = 0; i + apart < beats_s.size(); ++i)
    intervals.push_back((beats_s[i + apart] - beats_s[i]) / static_cast<double>(apart));
  return 60 / upper_median(intervals);
}

std::vector<int> regular_downbeats(size_t beats, int first, int beats_per_bar) {
  std::vector<int> downbeats;
  for (int beat = first; beat < static_cast<int>(beats); beat += beats_per_bar) downbeats.push_back(beat);
  return downbeats;
}

BeatGrid hear_beats(const SongHops& song, const BeatRequest& request) {
  BeatGrid grid;
  if (request.beats_per_bar > 0) grid.beats_per_bar = request.beats_per_bar;
  const Novelty novelty = novelty_of(song.mel);
  std::vector<double> pulse_s;
  for (const double hop : find_pulse(novelty, song.mel_hops_per_second, request)) {
    const double time_s = std::max(hop + kNoveltyEarlyHops, 0.0) / song.mel_hops_per_second;
    if (pulse_s.empty() || time_s > pulse_s.back()) pulse_s.push_back(time_s);
  }
  const double pulse_bpm = mean_tempo(pulse_s);
  const Metre metre = find_metre(hear_pulses(pulse_s, novelty, song), pulse_bpm,
                                 {.pulses_per_beat = request.tempo_bpm > 0 ? std::optional(2) : std::nullopt,
                                  .beats_per_bar = request.beats_per_bar,
                                  .first_begins_bar = request.first_s.has_value(),
                                  .even = request.tempo_bpm > 0 || request.first_s.has_value()});
  if (metre.pulses_per_beat == 0) return grid;
  grid.beats_per_bar = metre.beats_per_bar;
  std::vector<PlacedBeat> beats = beats_of(pulse_s, metre);
  std::vector<EvenStretch> stretches;
  if (request.tempo_bpm == 0) {
    stretches = even_stretches(times_of(beats));
    beats = evened(beats, stretches, grid.beats_per_bar);
  }
  if (request.first_s && !beats.empty()) beats.front() = {*request.first_s, 0};
  for (size_t beat = 0; beat < beats.size(); ++beat) {
    if (beats[beat].place == 0) grid.downbeats.push_back(static_cast<int>(beat));
  }
  grid.beats_s = times_of(beats);
  if (request.tempo_bpm > 0) {
    grid.tempo_bpm = request.tempo_bpm;
    return grid;
  }
  if (grid.beats_s.size() < 2) return grid;
  set_tempos(grid, stretches);
  grid.candidates_bpm = {grid.tempo_bpm};
  if (metre.other_pulses_per_beat)
    grid.candidates_bpm.push_back(grid.tempo_bpm * metre.pulses_per_beat / *metre.other_pulses_per_beat);
  return grid;
}

}  // namespace spectradiff
