// Arithmetic over the music: "0.55 + 0.25*onset".
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "spectradiff/base/rational.h"

namespace spectradiff {

// A length of time as signals and at() write it: "2f", "30ms", "0.5s", "1beat". May be negative.
struct MusicTime {
  enum class Unit { frames, seconds, beats };
  double value = 0;
  Unit unit = Unit::frames;
  double frames(const Rational& fps, double tempo_bpm) const;
  friend bool operator==(const MusicTime&, const MusicTime&) = default;
};

// What is made of a name's values over the song before they are read.
struct InputShape {
  enum class Kind {
    plain,       // nothing
    percentile,  // norm(NAME, P): divided by the song's percentile P; norm(NAME, P, T): by that of the values
                 // from T before to T after; at most 1, as the stage norm
    average,     // rel(NAME, T): against its own average over about the last T, as the stage rel
    held         // quantize(NAME, 4beats): as it was when the last group of so many beats, or bars, began
  };
  Kind kind = Kind::plain;
  double percent = 100;
  std::optional<MusicTime> time;  // of percentile: nothing for the whole song
  double count = 1;               // of held
  bool of_bars = false;
  friend bool operator==(const InputShape&, const InputShape&) = default;
};

// A name that an expression reads, at the frame itself or at a distance from it.
struct ExpressionInput {
  std::string name;  // series ("onset", "band:40:120"), counter, signal or given series ("stem:drums")
  MusicTime offset;
  InputShape shape;
  friend bool operator==(const ExpressionInput&, const ExpressionInput&) = default;
};

// Checked before anything is parsed, so that no text costs much.
inline constexpr size_t kMaxExpressionBytes = 2000;
inline constexpr size_t kMaxExpressionDepth = 64;  // of parentheses and choices (?:)

// Numbers (plain decimals), names, ( ), ?: || && < <= > >= == != + - * / % ^ and !, in C's order, ^ from the
// right and above the sign; true is 1; a % b has b's sign. at(NAME, -2f) is a name's value at another time,
// held at the song's ends; band(LO, HI) the energy between two frequencies in Hz; norm(), rel() and
// quantize() as InputShape says; stem:NAME and its kin what stands beside the song (given_series.h).
// Functions: expression_functions().
//
// One thread at a time. Movable.
class Expression {
 public:
  // `signals` are names that may be read beside series and counters. Error{usage} with the reason alone: "is
  // wrong at column 8: …" and two lines that mark the place. Refused: more than kMaxExpressionBytes or
  // kMaxExpressionDepth.
  Expression(std::string_view text, std::span<const std::string> signals);
  ~Expression();
  Expression(Expression&&) noexcept;
  Expression& operator=(Expression&&) noexcept;

  const std::vector<ExpressionInput>& inputs() const;
  bool is_constant() const { return inputs().empty(); }

  // `values` belong to inputs(), in order. Rounded to 1e-6, so that machines agree; NaN and infinity come out
  // as they are.
  double evaluate(std::span<const double> values) const;

 private:
  friend class Signal;
  // Only the bytes [begin, end) of the text; messages show all of it.
  Expression(std::string_view text, size_t begin, size_t end, std::span<const std::string> signals);

  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// What --help lists: "smoothstep(a,b,x)". In groups by purpose.
struct FunctionGroup {
  std::string title;
  std::vector<std::string> calls;
};
std::vector<FunctionGroup> expression_functions();

// Names that are neither series nor functions, each with its meaning in a few words.
struct Counter {
  std::string name;
  std::string meaning;
};
const std::vector<Counter>& expression_counters();

}  // namespace spectradiff
