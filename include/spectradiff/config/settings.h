// Settings from many places become one resolved job.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "spectradiff/base/json.h"
#include "spectradiff/config/options.h"

namespace spectradiff {

// Flat option keys from one place. `origin` names it in messages: "flag", "environment", "preset neon".
struct Layer {
  std::string origin;
  Json values = Json::object();
  LayerKind kind = LayerKind::flag;
  std::filesystem::path folder;  // relative paths among the values start here; empty: the current folder
  std::vector<std::string> notes = {};  // what the user should know of how it was read
};

// The layer that has the last word on the option; null: none says anything of it.
const Layer* last_word(const std::vector<Layer>& layers, const std::string& key);

struct Resolved : Settings {
  std::map<std::string, std::string> origins;  // key → origin; absent: default
  std::map<std::string, LayerKind> kinds;      // beside them
};

// Later layers win. "strength = 1.4 (preset neon) is outside 0..1; …"; unknown keys suggest the nearest, and
// options that may not stand in their layer say where they may. Error{model} for what a look says,
// Error{input} for what a video says, else Error{usage}.
Resolved resolve(const std::vector<Layer>& layers);

// That every value is of its option's kind and range; whether they fit together, and what expressions mean,
// is not looked at. Errors as resolve().
void check_values(const std::vector<Layer>& layers);

// Those of the run alone, of layers whose other options are not looked at.
RunSettings run_settings(const std::vector<Layer>& layers);

// Every file, folder, pattern of files and model that the settings name to be read, ordered by key.
struct NamedPath {
  std::string key;
  std::string path;
};
std::vector<NamedPath> named_paths(const std::vector<Layer>& layers);

// JSON of flat option keys; "description" is allowed beside them. `origin` begins messages. Paths in presets
// and in the user's file start in the folder of that file, those of other layers in the current folder.
Layer read_layer(const std::filesystem::path& file, std::string origin, LayerKind kind);
Layer parse_layer(std::string_view text, std::string origin, LayerKind kind);
Layer make_layer(Json values, std::string origin, LayerKind kind);

// Error{usage} naming the option where `file` is none.
void check_there(const std::string& option, const std::filesystem::path& file);

// What SPECTRADIFF_<KEY> variables say about the options of these commands (CommandMask).
Layer environment_layer(unsigned commands);

// A warning for each SPECTRADIFF_ variable whose name is nearly an option's and none.
std::vector<std::string> misspelt_variables();

// The text of a flag as its JSON value. Error{usage} naming the flag.
Json flag_value(const std::string& key, std::string_view text);

struct Preset {
  std::string name;
  std::filesystem::path file;
  std::string description;
  std::string problem;  // why it cannot be used; empty: it can
};

// By name through the user's config folder, SPECTRADIFF_PRESET_PATH, the install and the build tree; or a
// path to a .json file. Error{usage} with the nearest name, of `names` too, and the option that asked for it.
Preset find_preset(const std::string& name, const std::string& option = "preset",
                   std::vector<std::string> names = {});
std::vector<Preset> list_presets();  // by name; files that cannot be read have a problem

}  // namespace spectradiff
