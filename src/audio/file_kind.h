// What a file that is no sound looks like, from its first bytes.
#pragma once

#include <string>
#include <string_view>

namespace spectradiff {

// "an HTML page", "a PNG picture", …; empty when the bytes could be a sound or nobody knows.
std::string file_kind(std::string_view head);

}  // namespace spectradiff
