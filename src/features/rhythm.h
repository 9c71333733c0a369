// Tempo and beats from onset strength, much as librosa.beat.beat_track finds them: tempo from a tempogram
// with a log-normal prior, beats by dynamic programming (Ellis, "Beat Tracking by Dynamic Programming",
// 2007).
#pragma once

#include <optional>
#include <vector>

namespace spectradiff {

// Beats per minute; 0 when nothing repeats. Autocorrelations of 8 s windows, each divided by its maximum, are
// averaged over the song; the period wins that, with its double, repeats best after a prior around 120 bpm,
// one octave wide; it is refined between hops. librosa judges a period without its double, and takes one and
// a half beats for a beat where eighths sound. 30 to 320 bpm.
double estimate_tempo(const std::vector<float>& strength, double hops_per_second);

// Hops, ascending, refined between them; weak ones at either end are left out. With `first`, the first beat
// is there and the track follows it.
std::vector<double> track_beats(const std::vector<float>& strength, double hops_per_second, double tempo_bpm,
                                std::optional<double> first);

}  // namespace spectradiff
