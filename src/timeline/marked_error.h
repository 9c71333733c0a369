// Errors that show their place in what the user wrote.
#pragma once

#include <string>
#include <string_view>

namespace spectradiff {

// Error{usage}: "is wrong at column 8: WHAT", the line and a caret below byte `at`. Columns count characters
// from 1; of a long line the part around the place is shown.
[[noreturn]] void fail_at(std::string_view text, size_t at, const std::string& what);

}  // namespace spectradiff
