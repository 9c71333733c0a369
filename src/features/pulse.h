// The even pulse under a song: the half beats that everything else falls on.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace spectradiff {

// What could be tapped, every half second: beats per minute, 62 to 190, of the period that repeats best, its
// double and its fourfold with it. Autocorrelations of 8 s windows with a prior around 110 bpm; the most
// likely path through them, where small changes cost little and a jump much (Viterbi). Where a window takes
// the half, the double or so of what the song mostly has, it is brought back. `repeats`: how well, 0..1, the
// song does so at this tempo, the median over its windows.
struct TempoPath {
  std::vector<double> bpm;
  double repeats = 0;
};
constexpr double kTempoStepSeconds = 0.5;
TempoPath follow_tempo(const std::vector<double>& strength, double hops_per_second);

// Hops, ascending, refined between them: a chain of half beats that falls on what begins and keeps the
// tempo's period (Ellis, "Beat Tracking by Dynamic Programming", 2007). It begins where the music does, or at
// `first`, and ends with it.
std::vector<double> follow_pulse(const std::vector<double>& strength, double hops_per_second,
                                 const std::vector<double>& tempo_bpm, std::optional<int64_t> first);

// The same of one exact tempo, from the song's start to its end, where it falls on most.
std::vector<double> even_pulse(const std::vector<double>& strength, double hops_per_second, double tempo_bpm);

}  // namespace spectradiff
