// How scenes name the parts of a song that they are for.
#pragma once

#include <string_view>

namespace spectradiff {

inline constexpr const char* kSectionName = "section ";

// "section 3", "drop", "intro", "outro", "chorus", "verse", "else", or a label: "A", "AA".
bool is_section_name(std::string_view when);

}  // namespace spectradiff
