#include "option_kinds.h"

#include <algorithm>
#include <cctype>
#include <cmath>

namespace spectradiff {
namespace {

// A text that was meant as a number, right or wrong: no expression. "", "0,5", "1x", "0x1p-1", "-inf".
bool is_number_attempt(std::string_view text) {
  const size_t begin = text.find_first_not_of(" \t\r\n\v\f+-");
  if (begin == std::string_view::npos) return true;
  text.remove_prefix(begin);
  text = text.substr(0, text.find_last_not_of(" \t\r\n\v\f") + 1);
  std::string word;
  for (size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    const bool exponent_sign = (c == '-' || c == '+') && i > 1 &&
                               std::string_view("eEpP").find(text[i - 1]) != std::string_view::npos;
    if (!std::isalnum(c) && c != '.' && c != ',' && c != '_' && !exponent_sign) return false;
    word += static_cast<char>(std::tolower(c));
  }
  return !std::isalpha(static_cast<unsigned char>(word[0])) || word == "nan" || word == "inf" ||
         word == "infinity";
}

}  // namespace

double NumberPlace::nearest(double value) const {
  // The step to which expressions are rounded.
  constexpr double kStep = 1e-6;
  const double inside = std::clamp(value, min_excluded ? min + kStep : min, max);
  return whole ? std::round(inside) : inside;
}

Option option_base(const OptionText& text) {
  Option option;
  option.key = text.key;
  option.option_class = text.option_class;
  option.group = text.group;
  option.commands = text.commands;
  option.value_name = text.value_name;
  option.help = text.help;
  return option;
}

Option without(const char* meaning, Option option) {
  option.without = meaning;
  return option;
}

Option ranging(std::string range, Option option) {
  option.range = std::move(range);
  return option;
}

Option moving(Option option) {
  option.moves = true;
  option.commands |= kAnalyze;  // which shows the curve
  option.set = [key = option.key, read = option.from_text, set = option.set, get = option.get](
                   Settings& to, const Json& value) {
    check_expression_size(value);
    if (value.is_string() && !is_number_attempt(value.get_ref<const std::string&>())) {
      set(to, get(Settings{}));
      to.job.expressions[key] = value.get<std::string>();
      return;
    }
    // "0.5" is an expression too, of one number.
    set(to, value.is_string() ? read(value.get_ref<const std::string&>()) : value);
    to.job.expressions.erase(key);
  };
  option.from_text = [read = option.from_text](std::string_view text) {
    return is_number_attempt(text) ? read(text) : Json(std::string(text));
  };
  option.get = [key = option.key, get = option.get](const Settings& from) {
    const auto expression = from.job.expressions.find(key);
    return expression == from.job.expressions.end() ? get(from) : Json(expression->second);
  };
  return option;
}

Choices<Fit> fits() {
  return {{"cover", Fit::cover, "what does not fit is cut off"},
          {"contain", Fit::contain, "bars fill the rest"},
          {"stretch", Fit::stretch, "the picture is distorted"}};
}

Choices<std::string> named(const std::vector<std::string>& names) {
  Choices<std::string> choices;
  for (const std::string& name : names) choices.push_back({name, name});
  return choices;
}

}  // namespace spectradiff
