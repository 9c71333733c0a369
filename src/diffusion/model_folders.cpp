// Where bundles lie and which of them may run code.
#include <algorithm>
#include <cerrno>
#include <fstream>
#include <set>
#include <system_error>

#include "pinned_models.h"
#include "spectradiff/base/error.h"
#include "spectradiff/base/file.h"
#include "spectradiff/base/locations.h"
#include "spectradiff/base/sha256.h"
#include "spectradiff/base/text.h"
#include "spectradiff/diffusion/manifest.h"

namespace spectradiff {
namespace {

namespace fs = std::filesystem;

bool is_bundle(const fs::path& folder) {
  std::error_code failed;
  return fs::is_regular_file(folder / "model.json", failed);
}

std::string searched(const std::vector<fs::path>& search_path) {
  std::vector<std::string> folders;
  folders.reserve(search_path.size());
  for (const fs::path& folder : search_path) folders.push_back(folder.string());
  return folders.empty() ? "nowhere" : join(folders, ", ");
}

bool lists(const std::string& text, const std::string& sha256) {
  size_t line = 0;
  while (line < text.size()) {
    const size_t end = std::min(text.find('\n', line), text.size());
    const std::string_view entry = std::string_view(text).substr(line, end - line);
    if (entry.substr(0, entry.find_first_of(" \t\r")) == sha256) return true;
    line = end + 1;
  }
  return false;
}

std::string trust_list_text() {
  const fs::path path = user_trust_list();
  std::error_code failed;
  if (path.empty() || !fs::exists(path, failed)) return "";
  return read_file(path, kMaxTextBytes, ErrorKind::model);
}

// Another bundle of the same name may hide the one that is meant: every folder counts.
fs::path model_of_hash(const std::string& sha256, const std::vector<fs::path>& search_path,
                       std::string_view option) {
  for (const fs::path& root : search_path) {
    for (const fs::path& folder : list_models({root})) {
      if (sha256_file(folder / "model.json") == sha256) return folder;
    }
  }
  throw_error(ErrorKind::model,
              "{}: no model here is the one with the hash {}; looked in: {}; put its folder there or set "
              "SPECTRADIFF_MODEL_PATH, or name another",
              option, sha256, searched(search_path));
}

}  // namespace

std::vector<fs::path> model_search_path() {
  return resource_folders("models", "SPECTRADIFF_MODEL_PATH");
}

std::vector<fs::path> list_models(const std::vector<fs::path>& search_path) {
  std::vector<fs::path> models;
  std::set<std::string> taken;
  for (const fs::path& root : search_path) {
    std::vector<fs::path> here;
    std::error_code failed;
    for (fs::directory_iterator entry(root, failed), end; !failed && entry != end; entry.increment(failed)) {
      if (is_bundle(entry->path())) here.push_back(entry->path());
    }
    std::sort(here.begin(), here.end());
    for (fs::path& folder : here) {
      if (taken.insert(folder.filename().string()).second) models.push_back(std::move(folder));
    }
  }
  return models;
}

fs::path find_model(const std::string& name_or_folder, const std::vector<fs::path>& search_path,
                    std::string_view option) {
  if (name_or_folder.empty()) throw_error(ErrorKind::model, "{}: the name is empty", option);
  if (name_or_folder.starts_with(kModelHashPrefix))
    return model_of_hash(name_or_folder.substr(kModelHashPrefix.size()), search_path, option);
  std::error_code failed;
  if (name_or_folder.find('/') != name_or_folder.npos || is_bundle(name_or_folder)) return name_or_folder;
  for (const fs::path& root : search_path) {
    if (is_bundle(root / name_or_folder)) return root / name_or_folder;
  }
  if (fs::exists(name_or_folder, failed)) return name_or_folder;
  std::vector<std::string> names;
  for (const fs::path& folder : list_models(search_path)) names.push_back(folder.filename().string());
  throw_error(ErrorKind::model,
              "{} = {}: there is no such model{}; looked in: {}; models there: {}; give a bundle's folder as "
              "./{}, set SPECTRADIFF_MODEL_PATH, or make a bundle with scripts/export_model.py, "
              "export_upscaler.py or export_interpolator.py",
              option, name_or_folder, suggestion(name_or_folder, names), searched(search_path),
              names.empty() ? "none" : join(names, ", "), name_or_folder);
}

fs::path user_trust_list() {
  const fs::path data = user_data_folder();
  return data.empty() ? fs::path() : data / "trusted-models";
}

std::string trust_of(const Manifest& manifest) {
  if (std::find(kPinnedModels.begin(), kPinnedModels.end(), manifest.sha256) != kPinnedModels.end()) {
    return "compiled in";
  }
  return lists(trust_list_text(), manifest.sha256) ? "trusted by the user" : "";
}

void trust(const Manifest& manifest) {
  const fs::path path = user_trust_list();
  if (path.empty()) {
    throw_error(ErrorKind::output,
                "there is no place for the list of trusted models: set HOME or XDG_DATA_HOME");
  }
  const std::string text = trust_list_text();
  if (lists(text, manifest.sha256)) return;
  std::error_code failed;
  fs::create_directories(path.parent_path(), failed);
  errno = 0;
  std::ofstream list(path, std::ios::app);
  list << (text.empty() || text.ends_with('\n') ? "" : "\n") << manifest.sha256 << ' ' << manifest.name
       << '\n';
  list.close();
  if (!list) throw_error(ErrorKind::output, "{} cannot be written: {}", path.string(), errno_text(errno));
}

}  // namespace spectradiff
