// doctor: what this machine has, what is missing and what to do.
#include <fmt/format.h>

#include "commands.h"
#include "spectradiff/audio/audio_source.h"
#include "spectradiff/base/error.h"
#include "spectradiff/base/text.h"
#include "spectradiff/config/settings.h"
#include "spectradiff/diffusion/engine.h"
#include "spectradiff/diffusion/manifest.h"
#include "spectradiff/features/features.h"
#include "spectradiff/media/motion.h"
#include "spectradiff/media/probe.h"

namespace spectradiff {
namespace {

Json engine_json() {
  try {
    const EngineReport report = engine_report();
    Json devices = Json::array();
    for (const DeviceReport& device : report.devices) {
      devices.push_back(
          {{"name", device.name}, {"description", device.description}, {"dtypes", device.dtypes}});
    }
    return {{"ok", true},
            {"torch", report.torch_version},
            {"plugin", report.plugin.string()},
            {"devices", devices}};
  } catch (const Error& error) {
    return {{"ok", false}, {"problem", error.what()}};
  }
}

Json models_json() {
  Json models = Json::array();
  for (const auto& folder : list_models(model_search_path())) models.push_back(folder.string());
  return models;
}

Json report_json() {
  Json presets = Json::array();
  Json unusable = Json::object();
  for (const Preset& preset : list_presets()) {
    if (preset.problem.empty()) {
      presets.push_back(preset.name);
    } else {
      unusable[preset.name] = preset.problem;
    }
  }
  return {{"versions", versions()},  {"engine", engine_json()}, {"encoders", video_codecs_here()},
          {"models", models_json()}, {"presets", presets},      {"unusable_presets", unusable}};
}

std::string report_text(const Json& report) {
  std::string text;
  for (const auto& [library, version] : report["versions"].items()) {
    text += fmt::format("{:<14} {}\n", library, version.is_null() ? "missing" : version.get<std::string>());
  }
  if (report["versions"]["libavfilter"].is_null())
    text +=
        "               libavfilter is needed for --interpolate motion and .gif only; it comes with ffmpeg\n";
  const Json& engine = report["engine"];
  if (engine["ok"]) {
    text += fmt::format("engine         {}\n", engine["plugin"].get<std::string>());
    for (const Json& device : engine["devices"]) {
      text += fmt::format("device         {} ({}), {}\n", device["name"].get<std::string>(),
                          device["description"].get<std::string>(),
                          join(device["dtypes"].get<std::vector<std::string>>(), ", "));
    }
  } else {
    text += fmt::format("engine         missing: {}\n", engine["problem"].get<std::string>());
  }
  std::vector<std::string> codecs, missing;
  for (const auto& [codec, here] : report["encoders"].items()) (here ? codecs : missing).push_back(codec);
  text += fmt::format("video codecs   {}\n", join(codecs, ", "));
  if (!missing.empty())
    text += fmt::format("               missing: {}; another build of ffmpeg's libraries may have them\n",
                        join(missing, ", "));
  for (const Json& model : report["models"])
    text += fmt::format("model          {}\n", model.get<std::string>());
  if (report["models"].empty())
    text +=
        "model          none on the search path; scripts/export_model.py makes one, --model takes its "
        "folder\n";
  text += fmt::format("presets        {}\n", join(report["presets"].get<std::vector<std::string>>(), ", "));
  for (const auto& [name, problem] : report["unusable_presets"].items())
    text += fmt::format("               unusable: {}\n", problem.get<std::string>());
  return text;
}

}  // namespace

Json versions() {
  Json versions = {{"spectradiff", SPECTRADIFF_VERSION}};
  try {
    versions["torch"] = engine_report().torch_version;
  } catch (const Error&) {
    versions["torch"] = nullptr;
  }
  for (const std::string& library : media_library_versions()) {
    const size_t space = library.find(' ');
    versions[library.substr(0, space)] = library.substr(space + 1);
  }
  try {
    versions["libavfilter"] = motion_library_version();
  } catch (const Error&) {
    versions["libavfilter"] = nullptr;
  }
  versions["libsndfile"] = audio_library_version();
  versions["fftw"] = features_library_version();
  return versions;
}

int run_doctor(const Arguments& arguments, Console& console) {
  const Json report = report_json();
  arguments.run.json ? console.answer_json(report) : console.answer(report_text(report));
  return report["engine"]["ok"] ? kComplete : exit_code(ErrorKind::device);
}

}  // namespace spectradiff
