#include "spectradiff/diffusion/engine.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <system_error>

#include "spectradiff/base/error.h"
#include "spectradiff/base/locations.h"
#include "spectradiff/base/text.h"
#include "spectradiff/diffusion/interpolator.h"
#include "spectradiff/diffusion/upscaler.h"

namespace spectradiff {
namespace {

namespace fs = std::filesystem;

constexpr const char* kPluginName = "libspectradiff_torch.so";
constexpr const char* kEntryPoint = "spectradiff_engine";
constexpr const char* kRemedy =
    "in a source tree ./scripts/demo installs libtorch and builds the engine, with SPECTRADIFF_TORCH_DIR one "
    "of "
    "your own";

constexpr const char* kTorchDir = "SPECTRADIFF_TORCH_DIR";

// Where `pip install --target` puts packages for this program alone; empty without a home.
fs::path own_packages() {
  const fs::path data = user_data_folder();
  return data.empty() ? data : data / "python";
}

// The torch of the Python environments that the program is installed into, as a wheel is.
std::vector<fs::path> torches_beside_program() {
  const fs::path program = program_folder();
  if (program.empty()) return {};
  std::vector<fs::path> places;
  std::error_code failed;
  for (const auto& entry : fs::directory_iterator(program.parent_path() / "lib", failed)) {
    const fs::path torch = entry.path() / "site-packages" / "torch";
    if (entry.path().filename().string().starts_with("python") && fs::is_directory(torch, failed))
      places.push_back(torch);
  }
  std::sort(places.begin(), places.end());
  return places;
}

// libtorch for an engine that came without one, as in a Debian package or a wheel: the one that is named, or
// else those beside the program, of the user and of this installation.
std::vector<fs::path> torch_places() {
  if (const char* named = std::getenv(kTorchDir); named != nullptr && *named != '\0') return {named};
  std::vector<fs::path> places = torches_beside_program();
  if (const fs::path data = user_data_folder(); !data.empty()) places.push_back(data / "libtorch");
  if (const fs::path packages = own_packages(); !packages.empty()) places.push_back(packages / "torch");
  if (const fs::path program = program_folder(); !program.empty())
    places.push_back(program.parent_path() / "lib" / "spectradiff" / "libtorch");
  return places;
}

// How to come by a libtorch, as words to copy.
std::string torch_remedy() {
  const std::string version = SPECTRADIFF_TORCH_VERSION;
  const bool exact = version.find(' ') == std::string::npos;
  std::string remedy = fmt::format("it needs libtorch {}; ", version);
  if (const fs::path packages = own_packages(); !packages.empty())
    remedy += fmt::format("`python3 -m pip install --target {} torch{}` puts one where it is found; ",
                          packages.string(), exact ? "==" + version : "");
  return remedy +
         fmt::format(
             "set {} to use one that is there: the folder that holds lib/libtorch.so, such as a Python "
             "environment's site-packages/torch",
             kTorchDir);
}

// The first that is there, loaded so that the engine finds its symbols; false when there is none.
bool load_torch() {
  for (const fs::path& place : torch_places()) {
    const fs::path libraries = place / "lib";
    if (dlopen((libraries / "libc10.so").c_str(), RTLD_NOW | RTLD_GLOBAL) == nullptr) continue;
    for (const char* name : {"libtorch_cpu.so", "libc10_cuda.so", "libtorch_cuda.so", "libtorch.so"})
      dlopen((libraries / name).c_str(), RTLD_NOW | RTLD_GLOBAL);
    return true;
  }
  return false;
}

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
  std::string refusal = library == nullptr ? loader_error() : "";
  if (library == nullptr && load_torch()) {
    library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) refusal = loader_error();
  }
  if (library == nullptr) {
    std::vector<std::string> places;
    for (const fs::path& place : torch_places()) places.push_back(place.string());
    throw_error(ErrorKind::model, "the engine does not load: {} (looked for libtorch in {}); {}", refusal,
                join(places, ", "), torch_remedy());
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

std::unique_ptr<Networks> load_networks(const AdmittedModel& model, const EngineRequest& request) {
  return plugin().load(model, request);
}

std::unique_ptr<Interpolator> load_interpolator(const AdmittedModel& model, const EngineRequest& request) {
  if (!model.manifest().is_interpolation())
    throw_error(ErrorKind::model, "the model {} makes no pictures between others", model.manifest().name);
  return plugin().load_interpolator(model, request);
}

std::unique_ptr<Upscaler> load_upscaler(const AdmittedModel& model, const EngineRequest& request) {
  if (!model.manifest().is_upscaling())
    throw_error(ErrorKind::model, "the model {} makes no pictures larger", model.manifest().name);
  return plugin().load_upscaler(model, request);
}

EngineFacts engine_facts(const Manifest& manifest, const EngineRequest& request) {
  return plugin().facts(manifest, request);
}

EngineReport engine_report() {
  EngineReport report = plugin().report();
  report.plugin = find_engine_plugin();
  return report;
}

}  // namespace spectradiff
