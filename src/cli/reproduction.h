// The user's own command, to be given again.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace spectradiff {

// The words of the user's own command, narrowed to one frame and quoted for a shell.
std::string reproduction(const std::vector<std::string>& words, int64_t frame);

// All of them, quoted for a shell, behind the program's name.
std::string shell_command(const std::vector<std::string>& words);

}  // namespace spectradiff
