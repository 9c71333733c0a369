// A song's bars cut into stretches that are alike in themselves.
#pragma once

#include <array>
#include <vector>

#include "bars.h"

namespace spectradiff {

// What a bar sounds like, so that squared distances count: instruments and playing, and harmony. Either has a
// mean square of about 1 over the song; less where it hardly changes.
struct BarSounds {
  static constexpr size_t kPlaying = Bar::kTimbres + Novelty::kRanges;
  static constexpr size_t kHarmony = 24;
  std::vector<std::array<double, kPlaying>> playing;  // [bars]
  std::vector<std::array<double, kHarmony>> harmony;  // [bars]
  // How much of it differs between bars that ought to be alike: the playing of neighbours, the harmony of
  // bars that repeat two, four or eight bars later.
  double playing_noise, harmony_noise;
};

BarSounds compare_bars(const std::vector<Bar>& bars);

// Indices of the bars that stretches begin with; the first is 0. A stretch costs how much its playing departs
// from its mean and its harmony from a loop of one to eight bars, in terms of noise, and what every stretch
// does; those of eight bars and multiples are cheapest. The least sum wins. None is longer than 64 bars.
std::vector<size_t> cut_at_changes(const BarSounds& sounds);

}  // namespace spectradiff
