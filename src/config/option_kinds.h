// The kinds of options: the rows of the option table are made of these.
#pragma once

#include <fmt/format.h>

#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "option_places.h"
#include "option_values.h"
#include "spectradiff/base/error.h"
#include "spectradiff/base/text.h"
#include "spectradiff/config/options.h"

namespace spectradiff {

using Is = OptionClass;

// What a row says in words.
struct OptionText {
  const char* key;
  OptionClass option_class;
  const char* group;
  unsigned commands;
  const char* value_name;
  const char* help;
};

// One of a few names, and what it means where the name alone does not say it.
template <typename Value>
struct Choice {
  std::string name;
  Value value;
  std::string note = "";
  bool listed = true;  // false: another name for a value, taken but not told
};
template <typename Value>
using Choices = std::vector<Choice<Value>>;

// Names that are the values themselves.
Choices<std::string> named(const std::vector<std::string>& names);
Choices<Fit> fits();

Option option_base(const OptionText& text);

// A row's words, and where its value lives.
template <typename Field>
Option option_for(const OptionText& text, Field) {
  Option option = option_base(text);
  option.of_job = kOfJob<Field>;
  return option;
}

// The same option, whose help says what holds without a value.
Option without(const char* meaning, Option option);
// The same option, whose values help describes in these words.
Option ranging(std::string range, Option option);

// The same number option, which takes an expression too. Whether that means something is for resolve().
Option moving(Option option);

template <typename Field>
Option real_option(const OptionText& text, Field field, RealRange range) {
  Option option = option_for(text, field);
  option.from_text = number_from_text;
  option.number = number_place(field, range.min, range.max, range.min_excluded, false);
  option.range = range_text(range);
  option.set = [=](Settings& to, const Json& value) { place_of(field, to) = checked_real(value, range); };
  option.get = [=](const Settings& from) { return Json(value_of(field, from)); };
  return option;
}

template <typename Field>
Option integer_option(const OptionText& text, Field field, int64_t min, int64_t max, const char* hint = "") {
  Option option = option_for(text, field);
  option.from_text = integer_from_text;
  option.number = number_place(field, static_cast<double>(min), static_cast<double>(max), false, true);
  option.range = fmt::format("{} to {}", min, max);
  option.set = [=](Settings& to, const Json& value) {
    using Value = std::remove_reference_t<decltype(place_of(field, to))>;
    place_of(field, to) = static_cast<Value>(checked_integer(value, min, max, hint));
  };
  option.get = [=](const Settings& from) { return Json(value_of(field, from)); };
  return option;
}

template <typename Field>
Option text_option(const OptionText& text, Field field) {
  Option option = option_for(text, field);
  option.from_text = text_from_text;
  option.set = [=](Settings& to, const Json& value) { place_of(field, to) = checked_text(value); };
  option.get = [=](const Settings& from) { return Json(value_of(field, from)); };
  return option;
}

// What is read: a file, folder or pattern, or a model.
template <typename Field>
Option path_option(const OptionText& text, Field field, PathKind kind = PathKind::file) {
  Option option = text_option(text, field);
  option.path = kind;
  return option;
}

template <typename Field>
Option switch_option(const OptionText& text, Field field) {
  Option option = option_for(text, field);
  option.from_text = [](std::string_view typed) -> Json {
    if (typed == "true" || typed == "1") return true;
    if (typed == "false" || typed == "0") return false;
    refuse("must be true or false");
  };
  option.set = [=](Settings& to, const Json& value) { place_of(field, to) = checked_boolean(value); };
  option.get = [=](const Settings& from) { return Json(value_of(field, from)); };
  return option;
}

// One of a few names. Value is an enum, a bool or a string.
template <typename Value, typename Field>
Option choice_option(const OptionText& text, Field field, const Choices<Value>& names) {
  Option option = option_for(text, field);
  for (const Choice<Value>& choice : names) {
    if (!choice.listed) continue;
    option.choices.push_back(choice.name);
    option.choice_notes.push_back(choice.note);
  }
  option.from_text = text_from_text;
  option.set = [=, choices = option.choices](Settings& to, const Json& value) {
    const std::string chosen = checked_text(value);
    for (const Choice<Value>& choice : names) {
      if (choice.name == chosen) {
        place_of(field, to) = choice.value;
        return;
      }
    }
    refuse("is not one of " + join(choices, ", ") + suggestion(chosen, choices));
  };
  option.get = [=](const Settings& from) -> Json {
    for (const Choice<Value>& choice : names) {
      if (choice.value == value_of(field, from)) return choice.name;
    }
    return nullptr;
  };
  return option;
}

// A value written as text: sizes, times, rates. `read` is a checked_… function, `write` gives the text back.
template <typename Field, typename Read, typename Write>
Option written_option(const OptionText& text, Field field, Read read, Write write) {
  Option option = option_for(text, field);
  option.from_text = text_from_text;
  option.set = [=](Settings& to, const Json& value) { place_of(field, to) = read(value); };
  option.get = [=](const Settings& from) -> Json { return write(value_of(field, from)); };
  return option;
}

// The same of a value that may be absent, which is null in JSON.
template <typename Field, typename Read, typename Write>
Option optional_option(const OptionText& text, Field field, Read read, Write write) {
  Option option = written_option(text, field, read, [](const auto&) { return Json(); });
  option.get = [=](const Settings& from) -> Json {
    const auto value = value_of(field, from);
    return value ? Json(write(*value)) : Json();
  };
  return option;
}

}  // namespace spectradiff
