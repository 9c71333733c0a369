// Which pulses are beats, and which beats begin bars.
#pragma once

#include <optional>
#include <vector>

#include "chroma.h"
#include "mel.h"
#include "novelty.h"

namespace spectradiff {

// What sounds where: one row per pulse.
struct PulseSounds {
  // Rises in the four ranges of Novelty; how far chroma and low mel bands move within a beat and within two:
  // log(1 + x), each to mean 0 and deviation 1 over the song.
  static constexpr size_t kSounds = Novelty::kRanges + 4;
  std::vector<std::array<double, kSounds>> rows;
};

struct SongHops {
  const MelFrames& mel;
  double mel_hops_per_second;
  const std::vector<Chroma>& chroma;
  double chroma_hops_per_second;
};

// `pulse_s` ascending, seconds.
PulseSounds hear_pulses(const std::vector<double>& pulse_s, const Novelty& novelty, const SongHops& song);

struct Metre {
  int pulses_per_beat = 0;  // 1..4; 0: there are too few pulses
  int beats_per_bar = 0;
  std::vector<int> place;  // [pulses], in the bar, in pulses: 0 begins one
  // Pulses to a beat that the next likely metre has, if another: the tempo's double or half.
  std::optional<int> other_pulses_per_beat;
};

struct MetreRequest {
  std::optional<int> pulses_per_beat;
  int beats_per_bar = 0;          // 0: heard, 3, 4 or 7
  bool first_begins_bar = false;  // the first pulse
  bool even = false;              // no pulse is missing or too much
};

// A metre is judged by what sounds at the places of its bars (their first beat, the middle one of four, other
// beats, halves, the rest) and by its tempo, with weights that scripts/songs/fit_metre.py learned from
// composed songs; places follow one another, a slip costs much (Viterbi).
Metre find_metre(const PulseSounds& sounds, double pulses_per_minute, const MetreRequest& request);

}  // namespace spectradiff
