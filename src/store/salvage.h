// What of a damaged store is whole. Private to this module.
#pragma once

#include <cstdint>
#include <filesystem>

namespace spectradiff {

// Replaces the file by one that holds its whole pictures and what it says of itself; how many these are.
// Error{output}.
int64_t salvage(const std::filesystem::path& file);

}  // namespace spectradiff
