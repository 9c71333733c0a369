// presets list|show.
#include <fmt/format.h>

#include "commands.h"
#include "spectradiff/base/file.h"
#include "spectradiff/config/settings.h"

namespace spectradiff {

int run_presets(const Arguments& arguments, Console& console) {
  if (arguments.action == "show") {
    const Preset preset = find_preset(arguments.subject);
    console.answer(read_layer(preset.file, preset.file.string(), LayerKind::preset).values.dump(2) + "\n");
    return 0;
  }
  Json found = Json::array();
  std::string text;
  for (const Preset& preset : list_presets()) {
    found.push_back(
        {{"name", preset.name}, {"file", preset.file.string()}, {"description", preset.description}});
    text += fmt::format("{:<20} {}\n", preset.name,
                        preset.problem.empty() ? preset.description : "unusable: " + preset.problem);
    if (!preset.problem.empty()) found.back()["problem"] = preset.problem;
  }
  console.answer(arguments.run.json ? found.dump(2) + "\n" : text);
  return 0;
}

}  // namespace spectradiff
