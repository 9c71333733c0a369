// How well the moments at which pictures change meet a song's beats and onsets.
#pragma once

#include <optional>
#include <vector>

namespace spectradiff {

// Centred Gaussian weights of a thirtieth of a second (the standard deviation), renormalised at the ends.
// [values.size()], one per frame.
std::vector<double> smoothed_change(const std::vector<double>& change, double fps);

// Indices of visual events: values that are greater than all before and not less than all after them within
// 0.15 s (the first value is none: what came before it is not known), and that exceed the median by more than
// one median absolute deviation, and by a thousandth. `smooth` is of smoothed_change().
std::vector<size_t> visual_events(const std::vector<double>& smooth, double fps);

// Events and beats are ascending seconds. All 0, and the error infinite, without either.
struct BeatScores {
  // AIST++'s beat alignment: the mean over events of exp(-d² / 2σ²), d the distance to the nearest beat,
  // σ = 50 ms; recall is the same over beats; F their harmonic mean. 0..1
  double alignment = 0, alignment_recall = 0, alignment_f = 0;
  // The mean distance in the one-to-one matching in order, of as many pairs as the rarer of both allows, that
  // makes it least (MVAA).
  double match_error_s = 0;
  // Shares of events that a beat, and of beats that an event, lies within 70 ms of; their harmonic mean.
  double hit = 0, coverage = 0, hit_f = 0;
};
BeatScores beat_scores(const std::vector<double>& events_s, const std::vector<double>& beats_s);

// A score against chance.
struct AgainstChance {
  // Standard deviations by which it is better; 0 where chance does not vary. Of a match error it says little:
  // matching in order adds up how unevenly the events come, which is the same by every chance, so that white
  // noise scatters by nearly 2.
  double z = 0;
  double excess = 0;  // by how much, in the score's own unit
};

struct BeatMeasures {
  BeatScores scores;
  AgainstChance alignment_f, match_error, hit_f;
};

// The scores, and what 200 other songs make of the same events: their beats are these, shifted circularly
// within each 4 s of [begin_s, end_s) by that block's own offset, drawn from a fixed seed. A steady beat in
// one shift would meet a perfect video again and again. Nothing without events or beats in that span, beats
// outside of which are left out.
std::optional<BeatMeasures> measure_beats(const std::vector<double>& events_s,
                                          const std::vector<double>& beats_s, double begin_s, double end_s);

struct OnsetLag {
  int frames = 0;          // by which changes follow onsets; negative: they come before
  double correlation = 0;  // Pearson's at that lag
};

// Where the correlation of both, [frames] each, is greatest, at most half a second away; of equal ones the
// nearest to 0. Nothing where either does not vary, or for fewer than three frames.
std::optional<OnsetLag> onset_lag(const std::vector<double>& smooth, const std::vector<double>& onset,
                                  double fps);

}  // namespace spectradiff
