// The user's own command, to be given again.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace spectradiff {

// The words of the user's own command, narrowed to these frames ("120", "120-140") as pictures of that name,
// and quoted for a shell.
std::string reproduction(const std::vector<std::string>& words, const std::string& frames,
                         const std::string& output);

// All of them, quoted for a shell, behind the program's name.
std::string shell_command(const std::vector<std::string>& words);

}  // namespace spectradiff
