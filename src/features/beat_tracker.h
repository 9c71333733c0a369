// The beats of a song as they are heard.
#pragma once

#include <optional>
#include <vector>

#include "metre.h"
#include "novelty.h"
#include "spectradiff/features/series.h"

namespace spectradiff {

struct BeatGrid {
  std::vector<double> beats_s;  // ascending
  std::vector<int> downbeats;   // indices in beats_s, ascending: those that begin bars
  int beats_per_bar = 4;
  double tempo_bpm = 0;                // 0: unknown
  std::vector<double> candidates_bpm;  // as Features has them
  std::vector<TempoPart> tempos;       // as Features has them
};

// What is known beforehand.
struct BeatRequest {
  double tempo_bpm = 0;           // 0: heard; else an even grid that is fitted to the song
  std::optional<double> first_s;  // the first beat and bar begin here
  int beats_per_bar = 0;          // 0: heard
};

// Pulses are followed, a metre is laid on them, and stretches that are even become exactly so. No beats where
// nothing repeats: silence, noise, speech, a drone.
BeatGrid hear_beats(const SongHops& song, const BeatRequest& request);

// Every `beats_per_bar`th beat from `first` on.
std::vector<int> regular_downbeats(size_t beats, int first, int beats_per_bar);

// 60 over the median interval, over pairs of beats that are half the song apart: a track that stumbles does
// not move it. 0 for less than two.
double mean_tempo(const std::vector<double>& beats_s);

}  // namespace spectradiff
