#include "spectradiff/config/options.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "conditioning_options.h"
#include "diffusion_options.h"
#include "journey_options.h"
#include "option_kinds.h"
#include "paint_options.h"
#include "run_options.h"
#include "song_options.h"
#include "sonify_options.h"
#include "spectradiff/base/error.h"
#include "spectradiff/base/text.h"
#include "spectradiff/diffusion/manifest.h"
#include "video_options.h"

namespace spectradiff {
namespace {

std::vector<Option> make_table() {
  std::vector<Option> table;
  add_run_options(table);
  add_song_options(table);
  add_paint_options(table);
  add_diffusion_options(table);
  add_conditioning_options(table);
  add_journey_options(table);
  add_video_options(table);
  add_hearing_options(table);
  add_machine_options(table);
  add_sonify_options(table);
  return table;
}

}  // namespace

std::string flag_of(std::string_view key) {
  std::string text = "--" + std::string(key);
  std::replace(text.begin(), text.end(), '_', '-');
  return text;
}

bool Option::names_path(const Json& value) const {
  const auto is_one_of = [&](const std::vector<std::string>& words) {
    return value.is_string() &&
           std::find(words.begin(), words.end(), value.get<std::string>()) != words.end();
  };
  return path != PathKind::none && !is_one_of(no_paths) && !is_one_of(choices);
}

bool Option::has_choice_notes() const {
  return std::any_of(choice_notes.begin(), choice_notes.end(),
                     [](const auto& note) { return !note.empty(); });
}

std::string Option::environment() const {
  std::string text = "SPECTRADIFF_";
  for (const char c : key) text += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return text;
}

const std::vector<Option>& option_table() {
  static const std::vector<Option> table = make_table();
  return table;
}

const Option* find_option(std::string_view key) {
  for (const Option& option : option_table()) {
    if (option.key == key) return &option;
  }
  return nullptr;
}

std::vector<std::string> option_keys() {
  std::vector<std::string> keys;
  for (const Option& option : option_table()) keys.push_back(option.key);
  return keys;
}

namespace {

Json values_of(const Settings& settings, bool (*wanted)(const Option&)) {
  Json values = Json::object();
  for (const Option& option : option_table()) {
    if (!wanted(option)) continue;
    if (Json value = option.get(settings); !value.is_null()) values[option.key] = std::move(value);
  }
  return values;
}

}  // namespace

std::string check_number(const Option& option, double value) {
  Settings scratch;
  const bool whole = option.number->whole && std::abs(value) < 1e15 && value == std::round(value);
  try {
    option.set(scratch, whole ? Json(static_cast<int64_t>(value)) : Json(value));
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

Json job_to_json(const RenderJob& job) {
  return values_of({job, {}}, [](const Option& option) { return option.of_job; });
}

std::vector<std::string> differing_keys(const Json& job, const Json& other) {
  std::vector<std::string> keys;
  for (const Option& option : option_table()) {
    const OptionClass of = option.option_class;
    if (!option.of_job || (of != Is::picture && of != Is::video && of != Is::input)) continue;
    if (job.value(option.key, Json()) != other.value(option.key, Json())) keys.push_back(option.key);
  }
  return keys;
}

Json settings_to_json(const Settings& settings) {
  return values_of(settings, [](const Option& option) {
    return !option.typed_only && may_stand(option.option_class, LayerKind::config);
  });
}

}  // namespace spectradiff
