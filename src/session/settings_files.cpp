#include "spectradiff/session/settings_files.h"

#include <filesystem>
#include <iterator>

#include "spectradiff/base/locations.h"
#include "spectradiff/config/import_file.h"
#include "spectradiff/config/options.h"
#include "video_tag.h"

namespace spectradiff {

template <typename Read>
const std::vector<Layer>& SettingsFiles::once(const std::string& name, Read read) {
  const auto known = layers_.find(name);
  return known != layers_.end() ? known->second : layers_.emplace(name, read()).first->second;
}

std::vector<Layer> SettingsFiles::below(std::vector<Layer> told) {
  std::vector<Layer> layers = once("user", [] {
    const std::filesystem::path folder = user_config_folder();
    std::error_code failed;
    std::vector<Layer> own;
    if (const auto file = folder / "config.json"; !folder.empty() && std::filesystem::exists(file, failed))
      own.push_back(read_layer(file, file.string(), LayerKind::user_file));
    return own;
  });
  const auto add = [&](const std::vector<Layer>& more) {
    layers.insert(layers.end(), more.begin(), more.end());
  };
  const RunSettings run = run_settings(told);
  for (const std::string& name : run.presets) {
    add(once("preset " + name, [&] {
      return std::vector{read_layer(find_preset(name).file, "preset " + name, LayerKind::preset)};
    }));
  }
  if (!run.imported.empty())
    add(once("import " + run.imported, [&] { return std::vector{read_import(run.imported)}; }));
  if (!run.from.empty())
    add(once("from " + run.from, [&] { return std::vector{old_render_layer(run.from)}; }));
  layers.insert(layers.end(), std::make_move_iterator(told.begin()), std::make_move_iterator(told.end()));
  return layers;
}

bool put_drawn_seed(std::vector<Layer>& layers, int64_t seed) {
  bool any = false;
  for (Layer& layer : layers) {
    if (!layer.values.is_object() || layer.values.value("seed", Json()) != kRandomSeed) continue;
    layer.values["seed"] = seed;
    layer.origin += " (random)";
    any = true;
  }
  return any;
}

}  // namespace spectradiff
