#include "spectradiff/config/settings.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdlib>

#include "spectradiff/base/error.h"
#include "spectradiff/base/locations.h"
#include "spectradiff/base/text.h"
#include "spectradiff/config/conditioning_plan.h"
#include "spectradiff/config/job_words.h"
#include "spectradiff/config/options.h"
#include "spectradiff/config/scene_plan.h"
#include "spectradiff/timeline/signals.h"

namespace spectradiff {
namespace {

constexpr const char* kDescription = "description";

constexpr size_t kShownCharacters = 200;

// Whose fault a wrong setting is: a look is the model's, an old video's settings are that file's.
ErrorKind fault_of(LayerKind layer) {
  if (layer == LayerKind::look) return ErrorKind::model;
  return layer == LayerKind::video ? ErrorKind::input : ErrorKind::usage;
}

[[noreturn]] void refuse_value(const std::string& key, const std::string& value, const std::string& origin,
                               LayerKind kind, const std::string& reason) {
  throw_error(fault_of(kind), "{} = {} ({}) {}", key, shortened(value, kShownCharacters), origin, reason);
}

void check_keys(const Layer& layer) {
  for (const auto& [key, value] : layer.values.items()) {
    if (key == kDescription) continue;
    const Option* option = find_option(key);
    if (option == nullptr) {
      throw_error(fault_of(layer.kind), "{}: unknown key \"{}\"{}", layer.origin,
                  shortened(key, kShownCharacters), suggestion(key, option_keys()));
    }
    if (const std::string problem = layer_problem(*option, value, layer.kind); !problem.empty())
      throw_error(fault_of(layer.kind), "{}: \"{}\" {}", layer.origin, key, problem);
  }
}

// A path counts from the file that names it.
Json placed_file(const Option& option, const Json& value, const Layer& layer) {
  if (!value.is_string() || !option.names_path(value)) return value;
  const auto& path = value.get_ref<const std::string&>();
  const bool named = option.path == PathKind::model && path.find('/') == path.npos;
  if (path.empty() || path == "-" || named || path.starts_with('/')) return value;
  return (layer.folder / path).lexically_normal().string();
}

Json placed(const Option& option, const Json& value, const Layer& layer) {
  if (option.path == PathKind::none || layer.folder.empty()) return value;
  if (option.repeats && value.is_object()) {
    Json files = value;
    for (auto& [name, file] : files.items()) {
      if (file.is_string()) file = placed_file(option, file, layer);
    }
    return files;
  }
  return placed_file(option, value, layer);
}

// A text as it is, unless control characters would garble the message.
std::string shown(const Json& value) {
  if (!value.is_string()) return value.dump();
  const auto& text = value.get_ref<const std::string&>();
  const bool plain = std::none_of(text.begin(), text.end(), is_control);
  return plain ? text : value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

void apply(const Layer& layer, Resolved& resolved, bool of_run_only = false) {
  check_keys(layer);
  for (const auto& [key, value] : layer.values.items()) {
    if (key == kDescription) continue;
    const Option& option = *find_option(key);
    if (of_run_only && option.of_job) continue;
    try {
      option.set(resolved, placed(option, value, layer));
    } catch (const Error& error) {
      refuse_value(key, shown(value), layer.origin, layer.kind, error.what());
    }
    resolved.origins[key] = layer.origin;
    resolved.kinds[key] = layer.kind;
  }
}

void check_schedule(const PromptSchedule& schedule, const std::vector<std::string>& signals) {
  try {
    check_weights(schedule, signals);
  } catch (const Error& error) {
    throw_error(error.kind(), "prompt_weight: {}", error.what());
  }
}

// Every signal and expression is understood before any work; what never changes becomes the number it is.
void check_expressions(Resolved& resolved) {
  RenderJob& job = resolved.job;
  std::vector<std::string> signals;
  try {
    signals = SignalSet(job.signals).names();
  } catch (const Error& error) {
    throw_error(fault_of(resolved.kinds.at("signal")), "signal ({}): {}", resolved.origins["signal"],
                error.what());
  }
  // Where no prompt follows another, the weight is still to be understood.
  const DiffusionSettings& diffusion = job.diffusion;
  const PromptSchedule alone{{PromptKey{}}, diffusion.prompt_blend, diffusion.prompt_weight, false};
  check_schedule(diffusion.schedule().value_or(alone), signals);
  const std::map<std::string, std::string> expressions = job.expressions;
  for (const auto& [key, text] : expressions) {
    try {
      const Expression expression(text, signals);
      if (expression.is_constant()) {
        const double value = expression.evaluate({});
        if (!std::isfinite(value)) throw_error(ErrorKind::usage, "does not give a finite number");
        const bool whole = std::abs(value) < 1e9 && value == std::round(value);
        find_option(key)->set(resolved, whole ? Json(static_cast<int64_t>(value)) : Json(value));
      }
    } catch (const Error& error) {
      refuse_value(key, shown(text), resolved.origins.at(key), resolved.kinds.at(key), error.what());
    }
  }
}

// A painter's spacing and a spacing's framing, unless something else was asked for.
void frame_by_spacing(Resolved& resolved) {
  AnalysisSettings& analysis = resolved.job.analysis;
  const auto open = [&](const char* key) { return !resolved.origins.contains(key); };
  if (resolved.job.paint.painter == PainterKind::showcqt && open("bin_spacing"))
    analysis.spacing = BinSpacing::cqt;
  if (analysis.spacing == BinSpacing::seed) {
    if (open("window")) analysis.window = TimeSpan::milliseconds(50);
    if (open("window_shape")) analysis.window_shape = WindowShape::rect;
  }
  if (analysis.spacing == BinSpacing::cqt) {
    // ffmpeg's showcqt: ten octaves from E0, here in quarter-tones, and its timeclamp.
    if (open("bins")) analysis.bins = 240;
    if (open("fmin")) analysis.fmin_hz = 20.6017;
    if (open("fmax")) analysis.fmax_hz = 20495.6;
    if (open("window")) analysis.window = TimeSpan::milliseconds(170);
  }
}

std::vector<std::filesystem::path> preset_folders() {
  std::vector<std::filesystem::path> folders;
  if (const auto config = user_config_folder(); !config.empty()) folders.push_back(config / "presets");
  for (auto& folder : resource_folders("presets", "SPECTRADIFF_PRESET_PATH"))
    folders.push_back(std::move(folder));
  return folders;
}

Preset preset_of(const std::string& name, const std::filesystem::path& file) {
  try {
    const Layer layer = read_layer(file, file.string(), LayerKind::preset);
    const auto description = layer.values.find(kDescription);
    const bool described = description != layer.values.end() && description->is_string();
    return {name, file, described ? description->get<std::string>() : "", ""};
  } catch (const Error& error) {
    return {name, file, "", error.what()};
  }
}

}  // namespace

const Layer* last_word(const std::vector<Layer>& layers, const std::string& key) {
  const auto last = std::find_if(layers.rbegin(), layers.rend(),
                                 [&](const Layer& layer) { return layer.values.contains(key); });
  return last == layers.rend() ? nullptr : &*last;
}

Resolved resolve(const std::vector<Layer>& layers) {
  Resolved resolved;
  for (const Layer& layer : layers) apply(layer, resolved);
  check_expressions(resolved);

  const auto check = [&](const char* key, void (*check_it)(const RenderJob&)) {
    try {
      check_it(resolved.job);
    } catch (const Error& error) {
      throw_error(fault_of(resolved.kinds.at(key)), "{}", error.what());
    }
  };
  check("scenes", check_scenes);
  check("prompts", check_prompts);
  check_conditioning(resolved.job);
  check_words(resolved.job);
  frame_by_spacing(resolved);
  const AnalysisSettings& analysis = resolved.job.analysis;
  if (analysis.fmin_hz >= analysis.fmax_hz) {
    throw_error(ErrorKind::usage, "fmin = {} Hz is not below fmax = {} Hz", analysis.fmin_hz,
                analysis.fmax_hz);
  }
  return resolved;
}

void check_values(const std::vector<Layer>& layers) {
  Resolved resolved;
  for (const Layer& layer : layers) apply(layer, resolved);
}

RunSettings run_settings(const std::vector<Layer>& layers) {
  Resolved resolved;
  for (const Layer& layer : layers) apply(layer, resolved, true);
  return resolved.run;
}

std::vector<NamedPath> named_paths(const std::vector<Layer>& layers) {
  std::map<std::string, NamedPath> paths;  // by key, or by key and name
  for (const Layer& layer : layers) {
    for (const auto& [key, value] : layer.values.items()) {
      const Option* option = find_option(key);
      if (option == nullptr || option->path == PathKind::none) continue;
      const Json path = placed(*option, value, layer);
      if (path.is_object() && option->repeats) {
        for (const auto& [name, file] : path.items()) {
          if (file.is_string()) paths[key + " " + name] = {key, file.get<std::string>()};
        }
        continue;
      }
      paths.erase(key);
      if (path.is_string() && path != "" && option->names_path(path))
        paths[key] = {key, path.get<std::string>()};
    }
  }
  std::vector<NamedPath> list;
  for (auto& [key, path] : paths) list.push_back(std::move(path));
  return list;
}

Layer make_layer(Json values, std::string origin, LayerKind kind) {
  Layer layer{std::move(origin), std::move(values), kind, {}};
  if (!layer.values.is_object()) {
    throw_error(fault_of(kind),
                "{}: the settings must be one JSON object of option keys, as {{\"strength\": 0.75}}",
                layer.origin);
  }
  check_keys(layer);
  return layer;
}

Layer parse_layer(std::string_view text, std::string origin, LayerKind kind) {
  Json values = parse_json(text, origin);
  return make_layer(std::move(values), std::move(origin), kind);
}

Layer read_layer(const std::filesystem::path& file, std::string origin, LayerKind kind) {
  Layer layer = make_layer(read_json(file), std::move(origin), kind);
  if (kind == LayerKind::preset || kind == LayerKind::user_file) layer.folder = file.parent_path();
  return layer;
}

void check_there(const std::string& option, const std::filesystem::path& file) {
  std::error_code failed;
  const auto status = std::filesystem::status(file, failed);
  if (std::filesystem::exists(status) && !std::filesystem::is_directory(status)) return;
  throw_error(
      ErrorKind::usage, "{} = {}: {}", option, file.string(),
      std::filesystem::is_directory(status) ? "this is a folder; name a file" : "there is no such file");
}

Layer environment_layer(unsigned commands) {
  Layer layer{"environment", Json::object(), LayerKind::environment, {}};
  for (const Option& option : option_table()) {
    if ((option.commands & commands) == 0) continue;
    const char* text = std::getenv(option.environment().c_str());
    if (text == nullptr) continue;
    try {
      layer.values[option.key] = option.from_text(text);
    } catch (const Error& error) {
      refuse_value(option.environment(), shown(text), layer.origin, layer.kind, error.what());
    }
  }
  return layer;
}

std::vector<std::string> misspelt_variables() {
  // Of this program, or of those who build and test it, and no options.
  constexpr std::string_view kNoOptions[] = {"bin", "engine", "model_path", "preset_path", "torch_dir"};
  constexpr std::string_view kPrefix = "SPECTRADIFF_";
  std::vector<std::string> notes;
  for (char** variable = environ; variable != nullptr && *variable != nullptr; ++variable) {
    const std::string_view text = *variable;
    if (!text.starts_with(kPrefix)) continue;
    const std::string name(text.substr(0, text.find('=')));
    std::string key = name.substr(kPrefix.size());
    std::transform(key.begin(), key.end(), key.begin(), [](unsigned char c) { return std::tolower(c); });
    if (find_option(key) != nullptr ||
        std::find(std::begin(kNoOptions), std::end(kNoOptions), key) != std::end(kNoOptions))
      continue;
    if (const std::string nearest = suggestion(key, option_keys()); !nearest.empty())
      notes.push_back(fmt::format("the environment variable {} is ignored: no option has that name{}",
                                  shown(name), nearest));
  }
  return notes;
}

Json flag_value(const std::string& key, std::string_view text) {
  const Option* option = find_option(key);
  try {
    return option->from_text(text);
  } catch (const Error& error) {
    refuse_value(key, shown(std::string(text)), "flag", LayerKind::flag, error.what());
  }
}

std::vector<Preset> list_presets() {
  std::map<std::string, Preset> presets;
  for (const auto& folder : preset_folders()) {
    std::error_code missing;
    for (const auto& entry : std::filesystem::directory_iterator(folder, missing)) {
      if (entry.path().extension() != ".json") continue;
      const std::string name = entry.path().stem().string();
      if (presets.contains(name)) continue;
      presets[name] = preset_of(name, entry.path());
    }
  }
  std::vector<Preset> sorted;
  sorted.reserve(presets.size());
  for (auto& [name, preset] : presets) sorted.push_back(std::move(preset));
  return sorted;
}

Preset find_preset(const std::string& name, const std::string& option, std::vector<std::string> names) {
  if (name.find('/') != std::string::npos || name.ends_with(".json")) {
    check_there(option, name);
    return {name, name, "", ""};
  }
  for (Preset& preset : list_presets()) {
    if (preset.name == name) return std::move(preset);
    names.push_back(preset.name);
  }
  throw_error(ErrorKind::usage, "{} = {}: no such preset{}; `spectradiff presets list` lists them", option,
              name, suggestion(name, names));
}

}  // namespace spectradiff
