#include "run_options.h"

#include <algorithm>

#include "option_kinds.h"

namespace spectradiff {
namespace {

constexpr const char* kFiles = "Input and output";
constexpr const char* kMessages = "Messages";

#define FIELD(member) [](RunSettings& run) -> auto& { return run.member; }

// A file or a list of names; absent is null in JSON.
template <typename Field>
Option name_option(const OptionText& text, Field field) {
  Option option = written_option(
      text, field,
      [](const Json& value) {
        std::string name = checked_text(value);
        if (name.empty()) refuse("is empty; give it a value or leave the option out");
        return name;
      },
      [](const std::string& name) { return name; });
  option.get = [=](const Settings& from) {
    const std::string value = value_of(field, from);
    return value.empty() ? Json() : Json(value);
  };
  return option;
}

Option with_short(Option option, const char* flag) {
  option.short_flag = flag;
  return option;
}

Option typed_only(Option option) {
  option.typed_only = true;
  return option;
}

// One name or several.
std::vector<std::string> checked_presets(const Json& value) {
  std::vector<std::string> names;
  if (value.is_string()) return {value.get<std::string>()};
  if (!value.is_array()) refuse("is neither a name nor a list of names");
  for (const Json& name : value) names.push_back(checked_text(name));
  return names;
}

const Option& sweepable(const std::string& key) {
  const Option* option = find_option(key);
  if (option == nullptr || !option->of_job) {
    std::vector<std::string> keys = option_keys();
    std::erase_if(keys, [](const std::string& name) { return !find_option(name)->of_job; });
    refuse("names no setting to sweep, \"" + key + "\"" + suggestion(key, keys));
  }
  return *option;
}

// "strength=0.4,0.6": commas inside parentheses belong to a value.
Json sweep_from_text(std::string_view typed) {
  const size_t equals = typed.find('=');
  if (equals == std::string_view::npos || equals == 0) refuse("is not KEY=VALUE,VALUE,…");
  std::string key(typed.substr(0, equals));
  std::replace(key.begin(), key.end(), '-', '_');
  const Option& option = sweepable(key);
  Json values = Json::array();
  int depth = 0;
  size_t begin = equals + 1;
  for (size_t i = begin; i <= typed.size(); ++i) {
    if (i < typed.size()) depth += (typed[i] == '(') - (typed[i] == ')');
    if (i < typed.size() && (typed[i] != ',' || depth > 0)) continue;
    values.push_back(option.from_text(typed.substr(begin, i - begin)));
    begin = i + 1;
  }
  return {{key, values}};
}

void set_sweep(Settings& to, const Json& value) {
  if (!value.is_object()) refuse("is not an object of lists, as {\"strength\": [0.4, 0.6]}");
  to.run.sweep.clear();
  for (const auto& [key, values] : value.items()) {
    const Option& option = sweepable(key);
    if (!values.is_array() || values.empty()) refuse("has no list of values for " + key);
    for (const Json& one : values) {
      Settings scratch;
      try {
        option.set(scratch, one);
      } catch (const Error& error) {
        refuse("has a value that does not fit: " + key + " = " + one.dump() + " " + error.what());
      }
    }
    to.run.sweep.emplace_back(key, values.get<std::vector<Json>>());
  }
}

Json sweep_json(const Settings& from) {
  Json sweep;
  for (const auto& [key, values] : from.run.sweep) sweep[key] = values;
  return sweep;
}

void add_many(std::vector<Option>& table) {
  Option sweep = option_base(
      {"sweep", Is::run, kFiles, kPictures, "KEY=…",
       "a job per value, named after it: strength=0.4,0.6,0.8; more than one make every combination; what is "
       "there with the same settings is skipped"});
  sweep.of_job = false;
  sweep.repeats = true;
  sweep.from_text = sweep_from_text;
  sweep.set = set_sweep;
  sweep.get = sweep_json;
  table.push_back(std::move(sweep));
  table.push_back(switch_option({"fail_fast", Is::run, kFiles, kPictures, "",
                                 "of a batch or sweep: stop at the first job that fails (default off)"},
                                FIELD(fail_fast)));
}

void add_files(std::vector<Option>& table) {
  table.push_back(with_short(
      name_option(
          {"output", Is::run, kFiles, kPaint | kRenderAlone, "PATH",
           ".mp4, .mov, .mkv, .webm; dir/%05d.png writes frames; - streams Matroska (default: the song's "
           "name with .mp4)"},
          FIELD(output)),
      "-o"));
  table.push_back(name_option({"preview", Is::run, kFiles, kPaint | kRenderAlone, "FILE",
                               "a contact sheet of what is done, .png or .jpg, rewritten as the run goes on"},
                              FIELD(preview)));
  table.push_back(with_short(
      switch_option({"overwrite", Is::run, kFiles, kAll, "", "replace what exists under the output's name"},
                    FIELD(overwrite)),
      "-y"));
  table.push_back(name_option({"seed_csv", Is::run, kFiles, kAnalyze, "FILE",
                               "magnitudes per frame as the original projects wrote them; 256 bins and 50 ms "
                               "unless said otherwise; - is stdout"},
                              FIELD(seed_csv)));
  table.push_back(name_option(
      {"csv", Is::run, kFiles, kAnalyze, "FILE", "frame, time and a named column per series; - is stdout"},
      FIELD(csv)));
  table.push_back(name_option(
      {"json_out", Is::run, kFiles, kAnalyze, "FILE", "series, events, tempo and key as JSON; - is stdout"},
      FIELD(json_out)));
  table.push_back(name_option({"series", Is::video, kFiles, kAnalyze, "NAMES",
                               "what the CSV and the JSON hold: rms,onset,chroma,band:40:120,mel,mfcc,… "
                               "(default all: every series but bands, mel and mfcc)"},
                              FIELD(series)));
  table.push_back(name_option({"plot", Is::run, kFiles, kAnalyze, "FILE",
                               "a PNG: waveform, level, spectrogram, onsets and beats, chroma; - is stdout"},
                              FIELD(plot)));
}

void add_sources(std::vector<Option>& table) {
  Option preset = written_option({"preset", Is::run, kFiles, kAll, "NAME",
                                  "named settings, or a .json file; can be given more than once, later wins"},
                                 FIELD(presets), checked_presets, [](const auto&) { return Json(); });
  preset.from_text = [](std::string_view typed) { return Json::array({std::string(typed)}); };
  preset.repeats = true;
  table.push_back(std::move(preset));
  Option draft =
      switch_option({"draft", Is::run, kFiles, kPictures, "",
                     "a quick look with the final's timing: half the size, at most 12 steps, every 4th frame "
                     "diffused, unless said otherwise beside it"},
                    FIELD(draft));
  draft.get = [](const Settings&) { return Json(); };  // its values stand among the resolved ones
  table.push_back(std::move(draft));
  table.push_back(typed_only(
      name_option({"config", Is::run, kFiles, kAll, "FILE", "settings as JSON, above presets; - is stdin"},
                  FIELD(config))));
  Option plan =
      name_option({"plan", Is::run, kFiles, kPictures, "FILE",
                   "render a plan that --dry-run printed, edited or not, in place of other settings"},
                  FIELD(plan));
  plan.get = [](const Settings&) { return Json(); };  // a plan of its own
  table.push_back(std::move(plan));
  Option from = name_option({"from", Is::run, kFiles, kPictures, "VIDEO",
                             "what decided the pictures of this video; between --preset and --config"},
                            FIELD(from));
  from.get = [](const Settings&) { return Json(); };  // its settings stand among the resolved ones
  table.push_back(std::move(from));
  table.push_back(typed_only(switch_option({"print_config", Is::run, kFiles, kAnalyze | kPaint | kRenderAlone,
                                            "", "print the resolved settings as JSON and stop"},
                                           FIELD(print_config))));
  table.push_back(typed_only(switch_option({"origin", Is::run, kFiles, kAnalyze | kPaint | kRenderAlone, "",
                                            "with --print-config: where each setting came from"},
                                           FIELD(origin))));
  table.push_back(typed_only(
      switch_option({"dry_run", Is::run, kFiles, kPictures, "",
                     "print the plan as JSON (of a batch: what would run) and stop, without loading a model"},
                    FIELD(dry_run))));
}

void add_messages(std::vector<Option>& table) {
  table.push_back(switch_option(
      {"stats", Is::machine, kMessages, kPictures, "",
       "after the run: flicker, match with onsets and beats, flashes, level, drift, seconds per stage"},
      FIELD(statistics)));
  table.push_back(switch_option(
      {"json", Is::machine, kMessages, kEvery, "", "events (or the answer) as JSON on stdout"}, FIELD(json)));
  std::vector<std::pair<std::string, std::string>> when;
  for (const char* name : {"auto", "always", "never"}) when.emplace_back(name, name);
  table.push_back(choice_option<>(
      {"progress", Is::machine, kMessages, kAll, "WHEN", "auto, always or never (default auto)"},
      FIELD(progress), when));
  table.push_back(
      name_option({"log_file", Is::run, kMessages, kEvery, "FILE", "append every message, with its time"},
                  FIELD(log_file)));
  table.push_back(
      with_short(switch_option({"quiet", Is::machine, kMessages, kEvery, "", "say nothing unless it fails"},
                               FIELD(quiet)),
                 "-q"));
  table.push_back(with_short(
      switch_option({"verbose", Is::machine, kMessages, kEvery, "", "say more"}, FIELD(verbose)), "-v"));
}

#undef FIELD

}  // namespace

void add_run_options(std::vector<Option>& table) {
  add_files(table);
  add_sources(table);
  add_many(table);
  add_messages(table);
}

}  // namespace spectradiff
