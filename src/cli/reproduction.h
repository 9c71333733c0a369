// The command that makes one frame again.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace spectradiff {

// The words of the user's own command, narrowed to one frame and quoted for a shell.
std::string reproduction(const std::vector<std::string>& words, int64_t frame);

}  // namespace spectradiff
