// An expression read and checked: every word known, every number in its place.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "functions.h"
#include "spectradiff/timeline/expression.h"

namespace spectradiff {

// What is left for the evaluator holds nothing that it could read in its own way: input i is the name v<i>,
// number i is k<i>, function i is f<i>.
// Before a series' name in an input: its values as they were measured, not brought to 0..1.
inline constexpr const char* kRawPrefix = "raw:";

struct Formula {
  std::string text;
  std::vector<ExpressionInput> inputs;
  std::vector<double> numbers;
  std::vector<const ExpressionFunction*> functions;
};

// The bytes [begin, end) of `text`. Throws what fail_at throws.
Formula read_formula(std::string_view text, size_t begin, size_t end, std::span<const std::string> signals);

// Whether a signal may not have that name because it means something already.
bool is_taken_name(const std::string& name);

// "2f", "-30ms", "0.5s", "1beat", "2beats"; empty when it is none.
std::optional<MusicTime> parse_music_time(std::string_view text);

}  // namespace spectradiff
