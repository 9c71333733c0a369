#include <filesystem>
#include <iterator>

#include "old_render.h"
#include "spectradiff/base/locations.h"
#include "spectradiff/session/session_request.h"

namespace spectradiff {

std::vector<Layer> with_files(std::vector<Layer> told) {
  std::vector<Layer> layers;
  if (const auto folder = user_config_folder(); !folder.empty()) {
    std::error_code failed;
    if (const auto file = folder / "config.json"; std::filesystem::exists(file, failed))
      layers.push_back(read_layer(file, file.string(), LayerKind::user_file));
  }
  const RunSettings run = run_settings(told);
  for (const std::string& name : run.presets)
    layers.push_back(read_layer(find_preset(name).file, "preset " + name, LayerKind::preset));
  if (!run.from.empty()) layers.push_back(old_render_layer(run.from));
  layers.insert(layers.end(), std::make_move_iterator(told.begin()), std::make_move_iterator(told.end()));
  return layers;
}

}  // namespace spectradiff
