#include "spectradiff/base/locations.h"

#include <cstdlib>
#include <system_error>

namespace spectradiff {
namespace {

std::filesystem::path environment_folder(const char* variable, const char* below_home) {
  const char* value = std::getenv(variable);
  if (value != nullptr && *value == '/') return std::filesystem::path(value) / "spectradiff";
  const char* home = std::getenv("HOME");
  if (home == nullptr || *home == '\0') return {};
  return std::filesystem::path(home) / below_home / "spectradiff";
}

}  // namespace

std::filesystem::path program_folder() {
  std::error_code failed;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", failed);
  return failed ? std::filesystem::path() : program.parent_path();
}

std::filesystem::path user_data_folder() {
  return environment_folder("XDG_DATA_HOME", ".local/share");
}

std::filesystem::path user_config_folder() {
  return environment_folder("XDG_CONFIG_HOME", ".config");
}

std::vector<std::filesystem::path> resource_folders(const std::string& kind,
                                                    const std::string& environment_variable) {
  std::vector<std::filesystem::path> folders;
  if (const char* list = std::getenv(environment_variable.c_str())) {
    std::string rest = list;
    while (!rest.empty()) {
      const size_t colon = rest.find(':');
      if (const std::string folder = rest.substr(0, colon); !folder.empty()) folders.emplace_back(folder);
      rest = colon == std::string::npos ? "" : rest.substr(colon + 1);
    }
  }
  if (const auto data = user_data_folder(); !data.empty()) folders.push_back(data / kind);
  if (const auto program = program_folder(); !program.empty()) {
    folders.push_back(program.parent_path() / "share" / "spectradiff" / kind);
    // build/<preset>/bin of a source tree
    folders.push_back(program.parent_path().parent_path().parent_path() / kind);
  }
  return folders;
}

}  // namespace spectradiff
