#include "links.h"

namespace spectradiff::detail {
namespace {

constexpr int kMaxLinks = 40;  // Linux's own limit

}  // namespace

std::optional<std::filesystem::path> followed(std::filesystem::path path) {
  std::error_code failed;
  for (int links = 0; links <= kMaxLinks; ++links) {
    if (!std::filesystem::is_symlink(std::filesystem::symlink_status(path, failed))) return path;
    const std::filesystem::path target = std::filesystem::read_symlink(path, failed);
    if (failed) return path;
    path = path.parent_path() / target;
  }
  return std::nullopt;
}

std::filesystem::path folder_of(const std::filesystem::path& path) {
  return path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
}

}  // namespace spectradiff::detail
