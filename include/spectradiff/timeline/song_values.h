// Every name that expressions may read, frame by frame over a song.
#pragma once

#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "spectradiff/features/features.h"
#include "spectradiff/timeline/expression.h"
#include "spectradiff/timeline/signals.h"

namespace spectradiff {

// A series as expressions read it, 0..1 over the song:
// - onset, beat, beat_phase, bar_phase, chroma, notes and labels as they are;
// - rms, peak, energies, stems and the painting's change divided by the song's maximum;
// - loudness from 40 LU below the song's loudest frame (0) to it (1);
// - the others from the song's smallest value (0) to its largest (1).
// A series that never changes from silence, or from its one value, is 0.
std::vector<double> unit_series(const Series& series);

// Values over the whole song, whatever part of it is rendered. `features` holds what SignalSet::add_needs
// asked for and, as `signals`, outlives it. One thread.
class SongValues {
 public:
  SongValues(const Features& features, const SignalSet& signals);

  // [features.frames]. Error{usage} for a signal that is not a number somewhere, naming both.
  const std::vector<double>& of(const std::string& name);
  // One value per frame asked for; NaN and infinity come out as they are.
  std::vector<double> evaluate(const Expression& expression, std::span<const int64_t> frames);

  // A name of the caller's own from now on; `values` [features.frames].
  void put(const std::string& name, std::vector<double> values) { values_[name] = std::move(values); }

  double seconds(int64_t frame) const;  // of its beginning

 private:
  std::vector<double> make(const std::string& name);
  const std::vector<double>& shaped(const ExpressionInput& input);
  std::vector<double> relative(const std::string& name) const;
  std::vector<double> counter(const std::string& name) const;
  std::vector<double> signal(const std::string& name, const Signal& shape);
  void follow_beats();

  const Features& features_;
  const SignalSet& signals_;
  double tempo_bpm_;
  std::vector<double> beats_, bars_, since_beat_s_;  // [frames] once asked for
  std::map<std::string, std::vector<double>> values_;
  std::map<std::string, std::vector<double>> shaped_;  // by what is made of which name
};

}  // namespace spectradiff
