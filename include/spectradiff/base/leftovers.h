// Half files: temporary siblings that a writer did not come to rename (PartFile's, and theirs).
#pragma once

#include <chrono>
#include <filesystem>
#include <vector>

namespace spectradiff {

// How long a half file of another machine or container, whose processes cannot be asked, must have been left
// alone before it counts as left. Those in a folder of frames live for a moment.
constexpr auto kSilenceOfParts = std::chrono::minutes(10);

// Removes those of `output`, a file, or of every file in it, a folder, that processes left which are gone;
// which these were. Of a file only for who knows that nobody else is writing it.
std::vector<std::filesystem::path> remove_left_parts(const std::filesystem::path& output);

// Those of this process, which is about to end.
void remove_own_parts(const std::filesystem::path& output);

}  // namespace spectradiff
