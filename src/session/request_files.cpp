#include "request_files.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <utility>

#include "spectradiff/base/error.h"
#include "spectradiff/base/locations.h"
#include "spectradiff/config/options.h"
#include "spectradiff/diffusion/manifest.h"
#include "spectradiff/paint/picture_source.h"
#include "spectradiff/render/frame_sink.h"
#include "spectradiff/session/output_target.h"

namespace spectradiff {
namespace {

namespace fs = std::filesystem;

// What a bundle may consist of: pictures can be written beside it.
bool is_of_bundle(const std::string& name) {
  constexpr std::array kEndings = {".json", ".pt", ".pt2", ".txt"};
  return std::any_of(kEndings.begin(), kEndings.end(),
                     [&](const char* ending) { return name.ends_with(ending); });
}

// One that is not found is an error elsewhere.
void add_model(FileGuard& guard, const std::string& option, const std::string& model) {
  try {
    guard.reads_folder(option, find_model(model, model_search_path()), is_of_bundle);
  } catch (const Error&) {
  }
}

}  // namespace

void add_read_files(FileGuard& guard, const SessionRequest& request, const RunSettings& run) {
  guard.reads("audio", request.song);
  std::vector<NamedPath> named = named_paths(request.layers);
  const auto is_model_key = [](const NamedPath& path) { return path.key == "model"; };
  if (std::none_of(named.begin(), named.end(), is_model_key))
    named.push_back({"model", DiffusionSettings{}.model});
  for (const auto& [key, path] : named) {
    const bool is_model = find_option(key)->path == PathKind::model;
    is_model ? add_model(guard, key, path) : add_picture_files(guard, key, path);
  }
  // Their settings are read whole before anything is written.
  if (!run.from.empty()) guard.reads("from", run.from, "output");
  if (!run.config.empty()) guard.reads("config", run.config);
  if (!run.plan.empty()) guard.reads("plan", run.plan);
  if (!run.imported.empty()) guard.reads("import", run.imported);
  for (const std::string& preset : run.presets) guard.reads("preset", find_preset(preset).file);
  if (const fs::path folder = user_config_folder(); !folder.empty())
    guard.reads("your settings file", folder / "config.json");
}

void add_output(FileGuard& guard, const std::string& output) {
  if (FramePattern::is_pattern(output)) {
    const FramePattern pattern(output);
    guard.writes_numbered("output", pattern.folder() / pattern.name());
  } else if (!output.empty()) {
    guard.writes("output", output);
  }
}

void add_files(FileGuard& guard, const SessionRequest& request) {
  const RunSettings run = run_settings(request.layers);
  add_read_files(guard, request, run);
  const auto add = [&](const char* option, const std::string& path) {
    if (!path.empty()) guard.writes(option, path);
  };
  if (request.task == Task::analyze) {
    add("seed_csv", run.seed_csv);
    add("csv", run.csv);
    add("json_out", run.json_out);
    add("plot", run.plot);
  } else {
    // Without either a free name is taken, which nothing can be lost under.
    const bool named = !run.output.empty() || !run.overwrite;
    add_output(guard, named ? run.output : default_name(request.song).string());
    if (run.preview != "-") add("preview", run.preview);
    if (!run.inits.empty()) {
      const FramePattern inits = init_pattern(run.inits);
      guard.writes_numbered("inits", inits.folder() / inits.name());
    }
    add("report", run.report);
  }
}

}  // namespace spectradiff
