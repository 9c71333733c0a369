#include "spectradiff/timeline/expression.h"

#include <fmt/format.h>
#include <muParser.h>

#include <algorithm>
#include <cmath>

#include "formula.h"
#include "functions.h"
#include "marked_error.h"
#include "spectradiff/base/error.h"

namespace spectradiff {

double MusicTime::frames(const Rational& fps, double tempo_bpm) const {
  switch (unit) {
    case Unit::frames:
      return value;
    case Unit::seconds:
      return value * fps.to_double();
    case Unit::beats:
      return value * fps.to_double() * 60 / tempo_bpm;
  }
  return value;
}

// The only place that sees muParser.
struct Expression::Impl {
  Impl(std::string_view text, size_t begin, size_t end, std::span<const std::string> signals)
      : formula(read_formula(text, begin, end, signals)), values(formula.inputs.size()) {
    try {
      // Its own functions and constants could be mistaken for names; those of a formula are made up here.
      parser.ClearFun();
      parser.ClearConst();
      parser.DefineOprt("%", modulo, mu::prMUL_DIV);
      parser.DefineInfixOprt("!", [](double x) { return x == 0 ? 1.0 : 0.0; });
      for (size_t i = 0; i < values.size(); ++i) parser.DefineVar(fmt::format("v{}", i), &values[i]);
      for (size_t i = 0; i < formula.numbers.size(); ++i)
        parser.DefineConst(fmt::format("k{}", i), formula.numbers[i]);
      for (size_t i = 0; i < formula.functions.size(); ++i)
        parser.DefineFun(fmt::format("f{}", i), formula.functions[i]->compute);
      parser.SetExpr(formula.text);
      parser.Eval();
    } catch (const mu::Parser::exception_type& error) {
      fail_at(text, begin, fmt::format("this cannot be computed ({})", error.GetMsg()));
    }
  }

  Formula formula;
  std::vector<double> values;  // what the parser reads; never resized
  mu::Parser parser;
};

Expression::Expression(std::string_view text, std::span<const std::string> signals)
    : Expression(text, 0, text.size(), signals) {}
Expression::Expression(std::string_view text, size_t begin, size_t end, std::span<const std::string> signals)
    : impl_(std::make_unique<Impl>(text, begin, end, signals)) {}
Expression::~Expression() = default;
Expression::Expression(Expression&&) noexcept = default;
Expression& Expression::operator=(Expression&&) noexcept = default;

const std::vector<ExpressionInput>& Expression::inputs() const {
  return impl_->formula.inputs;
}

double Expression::evaluate(std::span<const double> values) const {
  std::copy_n(values.begin(), impl_->values.size(), impl_->values.begin());
  const double value = impl_->parser.Eval();
  // Beyond this a double has no sixth decimal left.
  constexpr double kLargest = 1e9;
  return std::abs(value) < kLargest ? std::round(value * 1e6) / 1e6 : value;
}

std::vector<FunctionGroup> expression_functions() {
  std::vector<FunctionGroup> groups;
  for (const ExpressionFunction& function : function_table()) {
    if (groups.empty() || groups.back().title != function.group) groups.push_back({function.group, {}});
    groups.back().calls.push_back(fmt::format("{}({})", function.name, function.arguments));
  }
  return groups;
}

const std::vector<Counter>& expression_counters() {
  static const std::vector<Counter> table = {
      {"t", "seconds in the song"},
      {"f", "number of the frame"},
      {"dur", "length of the song in seconds"},
      {"frames", "number of frames in the song"},
      {"fps", "frames per second"},
      {"tempo", "beats per minute, 120 where none is heard"},
      {"beat_index", "beats since the first one, which is 0"},
      {"bar_index", "bars since the first one"},
      {"beats", "beat_index + beat_phase"},
      {"bars", "bar_index + bar_phase"},
      {"since_beat", "seconds since the last beat"},
      {"since_onset", "seconds since the last onset"},
      {"section", "sections since the song's first one, which is 0"},
      {"sections", "how many sections the song has"},
      {"section_phase", "0 to 1 from a section's begin to its end"},
      {"since_section", "seconds since the section began"},
      {"section_energy", "0 to 1 over the song's sections"},
      {"label", "0 in every section that is labelled A, 1 in B, …"},
      {"drop", "1 in the frame in which a drop begins"},
      {"build", "0 to 1 while the song rises towards a section"},
      {"bass_rel", "bass against its own last seconds: about 1, 2 in a kick, at most 8"},
      {"mid_rel", "the same of mid"},
      {"treble_rel", "the same of treble"},
      {"level_rel", "the same of rms"},
      {"onset_rel", "the same of onset"},
      {"change",
       "how much of the painting changed since the last frame, 0 to 1; not for what paints or flies"},
  };
  return table;
}

}  // namespace spectradiff
