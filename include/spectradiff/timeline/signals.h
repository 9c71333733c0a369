// Series with a name and a shape of the user's own: kick = "band 40 120 | env 1f 6f | norm 95".
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "spectradiff/features/series.h"
#include "spectradiff/timeline/expression.h"

namespace spectradiff {

// A source and stages behind it, separated by |. The source is `band LO HI` (Hz); `keys 0s 1, 2.5s 3, 120f
// 2`, values at times that go along lines from one to the next and stay as they are before and behind; or an
// expression: a series, a signal, anything. Times are 2f, 30ms, 0.5s or 1beat.
//   env A R      follows with time constants: A upwards, R downwards (1 - 1/e of a step; 0: at once)
//   lag T        env T T
//   smooth T     mean weighted by a Hann window over T before and T after: no delay
//   delay T      T later, or earlier where T is negative; held at the song's ends
//   hold T       the maximum of the last T
//   gate X       0 where it is below X
//   norm [P [T]] divided by its percentile P over the song (100), or over what lies from T before to T after,
//                at most 1; a signal that is 0 there is divided by its maximum, one that is nowhere above 0
//                stays
//   rel T        against its own average over about the last T: about 1, at most 8, 0 in silence
//   pow X, scale X, offset X, clip LO HI, invert (1 - x)
//   integrate    what has gathered since the song's start, per second
class Signal {
 public:
  // Error{usage} as Expression's; columns count in the whole text.
  Signal(std::string_view text, std::span<const std::string> signals);

  const Expression& source() const { return source_; }  // of keys: 0
  bool counts_beats() const;                            // whether a stage's time is in beats

  // `values` [frames], the source's, over the whole song; shaped in place.
  void shape(std::vector<double>& values, const Rational& fps, double tempo_bpm) const;

 private:
  struct Stage {
    std::string name;
    std::vector<double> numbers;
    std::vector<MusicTime> times;
  };
  struct Key {
    MusicTime at;
    double value = 0;
  };
  static Expression read_source(std::string_view text, std::span<const std::string> signals);
  void read_keys(std::string_view text);
  void fill_from_keys(std::vector<double>& values, const Rational& fps) const;

  Expression source_;
  std::vector<Key> keys_;
  std::vector<Stage> stages_;
};

// How each stage is written: "env ATTACK RELEASE".
std::vector<std::string> signal_stages();

// Checked before anything is parsed.
inline constexpr size_t kMaxSignals = 1000;
inline constexpr size_t kMaxSignalBytes = 4000;   // of one with its stages
inline constexpr size_t kMaxKeysBytes = 1 << 20;  // of one whose source is keys
size_t max_signal_bytes(std::string_view text);

// The signals of a job.
class SignalSet {
 public:
  // By name. Error{usage}: more than kMaxSignals, "kick = … is wrong at …" for texts, names that mean
  // something already or are no names, and signals that need themselves. However they read one another, the
  // time it takes grows with their number only.
  explicit SignalSet(const std::map<std::string, std::string>& texts);

  const std::vector<std::string>& names() const { return names_; }
  const Signal* find(const std::string& name) const;

  // Adds what `expression` needs heard, by way of signals too.
  void add_needs(const Expression& expression, FeatureRequest& request) const;

  // Every name that `expression` reads, by way of signals too.
  std::set<std::string> reads(const Expression& expression) const;

 private:
  void refuse_circles() const;
  template <typename Visit>
  void visit(const Expression& expression, Visit visit) const;

  std::vector<std::string> names_;
  std::map<std::string, Signal> signals_;
};

}  // namespace spectradiff
