#include "help_defaults.h"

#include <algorithm>
#include <filesystem>
#include <utility>
#include <vector>

#include "spectradiff/base/error.h"
#include "spectradiff/base/locations.h"
#include "spectradiff/session/session_request.h"
#include "spectradiff/session/settings_files.h"

namespace spectradiff {
namespace {

namespace fs = std::filesystem;

constexpr const char* kModel = "model";

// What the layers come to, with what the model brings for the task. None of what was asked for by `unsaid`
// counts as said: that is a default, too.
Resolved resolved(Task task, std::vector<Layer> layers, const std::string& unsaid) {
  RenderObserver nobody;
  const Json settings = resolved_settings({task, "", std::move(layers)}, true, nobody);
  Resolved found;
  for (const auto& [key, entry] : settings.items()) {
    const std::string origin = entry["origin"];
    if (origin == unsaid) continue;
    find_option(key)->set(found, entry["value"]);
    if (origin != "default") found.origins[key] = origin;
  }
  return found;
}

// The same, or what runs without any of it where something cannot be read or does not fit: whoever asks for
// help gets it.
OptionHelp help_for(Task task, const std::vector<Layer>& layers, const std::string& unsaid) {
  try {
    return OptionHelp(resolved(task, layers, unsaid));
  } catch (const Error&) {
    return task == Task::render ? help_for(Task::paint, layers, unsaid) : OptionHelp();
  }
}

}  // namespace

const OptionHelp& HelpDefaults::of(const std::string& command) const {
  const bool diffuses = command == "render" || command == "batch" || command == "try" || command == "still";
  return diffuses ? with_look : without;
}

HelpDefaults help_defaults(const Layer& flags) {
  std::vector<Layer> layers;
  try {
    layers = SettingsFiles().below({environment_layer(kAll), flags});
    // What is typed beside --help is no default; only the model that it names counts.
    Json& typed = layers.back().values;
    const Json model = typed.value(kModel, Json());
    typed = model.is_null() ? Json::object() : Json({{kModel, model}});
  } catch (const Error&) {
    layers.clear();
  }
  return {help_for(Task::render, layers, flags.origin), help_for(Task::paint, layers, flags.origin)};
}

HelpDefaults shipped_defaults() {
  const std::string mini = DiffusionSettings{}.model;
  for (const fs::path& folder : resource_folders("models", "")) {
    std::error_code failed;
    if (folder == user_data_folder() / "models" || !fs::exists(folder / mini / "model.json", failed))
      continue;
    const Layer layer{"shipped", {{kModel, (folder / mini).string()}}};
    return {help_for(Task::render, {layer}, layer.origin), OptionHelp()};
  }
  return {OptionHelp(), OptionHelp()};
}

}  // namespace spectradiff
