// Symbolic links, followed by hand where the system would not: a link may lead to what does not exist yet.
#pragma once

#include <filesystem>
#include <optional>

namespace spectradiff::detail {

// Where `path` leads when its last part is a symbolic link, else `path`. Nothing when links lead round in a
// circle.
std::optional<std::filesystem::path> followed(std::filesystem::path path);

// The folder that `path` lies in, "." for a bare name.
std::filesystem::path folder_of(const std::filesystem::path& path);

}  // namespace spectradiff::detail
