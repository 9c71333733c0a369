#include "spectradiff/config/option_help.h"

#include <fmt/format.h>

#include <algorithm>

#include "spectradiff/base/number.h"
#include "spectradiff/base/text.h"

namespace spectradiff {
namespace {

// Of these, each choice brings defaults of its own.
constexpr const char* kBringDefaults[] = {"bin_spacing", "painter"};

// As one would type it; empty: the value says nothing.
std::string value_text(const Option& option, const Settings& settings) {
  const Json value = option.get(settings);
  if (value.is_boolean()) return value.get<bool>() ? "on" : "off";
  if (value.is_string()) {
    const std::string text = value.get<std::string>();
    return text.ends_with("/1") ? text.substr(0, text.size() - 2) : text;  // a whole rate
  }
  if (value.is_number_integer()) return value.dump();
  return value.is_number() ? format_real(value.get<double>()) : "";
}

std::string origin_text(const std::string& origin) {
  const bool is_named = origin.starts_with("model ") || origin.starts_with("preset ");
  return (is_named ? ", from the " : ", from ") + origin;
}

// "lerp, slerp or cut"; with notes "lerp: along a line; cut: at once".
std::string choice_list(const Option& option) {
  std::vector<std::string> parts;
  for (size_t i = 0; i < option.choices.size(); ++i) {
    const std::string& note = option.choice_notes[i];
    parts.push_back(option.choices[i] + (note.empty() ? "" : ": " + note));
  }
  if (option.has_choice_notes()) return join(parts, "; ");
  if (parts.size() < 2) return join(parts, "");
  const std::string last = parts.back();
  parts.pop_back();
  return join(parts, ", ") + " or " + last;
}

}  // namespace

OptionHelp::OptionHelp(Resolved defaults) : defaults_(std::move(defaults)) {
  for (const char* key : kBringDefaults) {
    const Option& option = *find_option(key);
    for (const std::string& choice : option.choices)
      conditions_.push_back({key, option.flag() + " " + choice, resolve({{"", {{key, choice}}}})});
  }
}

std::string OptionHelp::default_text(const Option& option) const {
  const std::string value = value_text(option, defaults_);
  const auto origin = defaults_.origins.find(option.key);
  const bool is_said = origin != defaults_.origins.end();
  if (value.empty()) return option.without.empty() ? "" : "default: " + option.without;
  if (option.is_switch() && value == "off" && !is_said) return "";
  std::string text = "default " + value;
  if (is_said) return text + origin_text(origin->second);
  std::vector<std::string> said = {value};
  for (const Condition& condition : conditions_) {
    const std::string other = value_text(option, condition.settings);
    if (condition.key == option.key || std::find(said.begin(), said.end(), other) != said.end()) continue;
    said.push_back(other);
    text += fmt::format("; {} with {}", other, condition.words);
  }
  return text;
}

std::string OptionHelp::line(const Option& option, unsigned commands) const {
  for (const OtherMeaning& other : option.other_meanings) {
    if ((commands & ~other.commands) != 0) continue;
    Option meant = option;
    meant.help = other.help;
    meant.without = other.without;
    meant.other_meanings.clear();
    return line(meant);
  }
  std::string text = option.help;
  if (!option.choices.empty()) text += (option.has_choice_notes() ? ". " : ": ") + choice_list(option);
  std::string more = option.range;
  if (const std::string value = default_text(option); !value.empty())
    more += (more.empty() ? "" : "; ") + value;
  return more.empty() ? text : fmt::format("{} ({})", text, more);
}

}  // namespace spectradiff
