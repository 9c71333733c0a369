// What is told of a folder that is no whole bundle.
#pragma once

#include <filesystem>
#include <string>

namespace spectradiff {

// "found: a.json, b/, …" or "the folder is empty".
std::string contents_of(const std::filesystem::path& folder);

}  // namespace spectradiff
