#include "spectradiff/diffusion/engine.h"

#include <dlfcn.h>

#include <cstdlib>
#include <system_error>

#include "spectradiff/base/error.h"
#include "spectradiff/base/locations.h"
#include "spectradiff/base/text.h"

namespace spectradiff {
namespace {

namespace fs = std::filesystem;

constexpr const char* kPluginName = "libspectradiff_torch.so";
constexpr const char* kEntryPoint = "spectradiff_engine";
constexpr const char* kRemedy =
    "./scripts/demo installs libtorch and builds the engine; to use a torch of your own, set "
    "SPECTRADIFF_TORCH_DIR to "
    "its folder and build again";

std::vector<std::string> plugin_places() {
  if (const char* named = std::getenv("SPECTRADIFF_ENGINE"); named != nullptr && *named != '\0')
    return {named};
  const fs::path program = program_folder();
  if (program.empty()) return {};
  const fs::path libraries = program.parent_path() / "lib";
  return {(libraries / kPluginName).string(), (libraries / "spectradiff" / kPluginName).string()};
}

std::string loader_error() {
  const char* text = dlerror();
  return text != nullptr ? text : "unknown reason";
}

const EnginePlugin& open_plugin() {
  const fs::path path = find_engine_plugin();
  if (path.empty()) {
    throw_error(ErrorKind::model, "the engine {} is not there (looked for {}), so no model can run; {}",
                kPluginName, join(plugin_places(), ", "), kRemedy);
  }
  // Never closed: libtorch registers operators and starts threads that do not survive it.
  void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    throw_error(ErrorKind::model, "the engine does not load: {}; {}", loader_error(), kRemedy);
  }
  using EntryPoint = const EnginePlugin* (*)();
  const auto entry_point = reinterpret_cast<EntryPoint>(dlsym(library, kEntryPoint));
  if (entry_point == nullptr) {
    throw_error(ErrorKind::model, "{} is no engine of this program: {}", path.string(), loader_error());
  }
  const EnginePlugin* plugin = entry_point();
  if (plugin == nullptr || plugin->abi != kEngineAbi) {
    throw_error(ErrorKind::model,
                "{} belongs to another build of this program (interface {}, this program has {}); "
                "build both together",
                path.string(), plugin == nullptr ? 0 : plugin->abi, kEngineAbi);
  }
  return *plugin;
}

const EnginePlugin& plugin() {
  static const EnginePlugin& loaded = open_plugin();
  return loaded;
}

}  // namespace

fs::path find_engine_plugin() {
  for (const std::string& place : plugin_places()) {
    std::error_code failed;
    if (fs::is_regular_file(place, failed)) return place;
  }
  return {};
}

std::unique_ptr<Networks> load_networks(const Manifest& manifest, const EngineRequest& request) {
  return plugin().load(manifest, request);
}

EngineReport engine_report() {
  EngineReport report = plugin().report();
  report.plugin = find_engine_plugin();
  return report;
}

}  // namespace spectradiff
