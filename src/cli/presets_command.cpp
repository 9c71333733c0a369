// presets list|show.
#include <fmt/format.h>

#include "commands.h"
#include "spectradiff/base/file.h"
#include "spectradiff/config/settings.h"

namespace spectradiff {

int run_presets(const Arguments& arguments, Console& console) {
  if (arguments.action == "show") {
    const Preset preset = find_preset(arguments.subject);
    console.answer_json(read_layer(preset.file, preset.file.string(), LayerKind::preset).values);
    return kComplete;
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
  arguments.run.json ? console.answer_json(found) : console.answer(text);
  return kComplete;
}

}  // namespace spectradiff
