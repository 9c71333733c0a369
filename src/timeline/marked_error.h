// Errors that show what the user wrote, and the place in it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace spectradiff {

inline constexpr size_t kShownCharacters = 80;  // of a text in a message

// Error{usage}: "is wrong at column 8: WHAT", the line and a caret below byte `at`. Columns count characters
// from 1; of a long line the part around the place is shown.
[[noreturn]] void fail_at(std::string_view text, size_t at, const std::string& what);

}  // namespace spectradiff
