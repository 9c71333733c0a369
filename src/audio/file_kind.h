// What a file that is no sound looks like, from its first bytes.
#pragma once

#include <string>
#include <string_view>

namespace spectradiff {

struct FileKind {
  std::string name;            // "an HTML page", "a PNG picture", …; empty when nobody knows
  bool may_hold_sound = true;  // a container, or unknown
};
FileKind file_kind(std::string_view head);

}  // namespace spectradiff
