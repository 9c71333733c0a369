// What a part of a song does to options that are numbers.
#pragma once

#include <functional>
#include <map>
#include <string>

namespace spectradiff {

struct OptionChange {
  bool adds = false;  // to what it is otherwise
  std::string value;  // a number; of one that sets, also an expression
  friend bool operator==(const OptionChange&, const OptionChange&) = default;
};
using OptionChanges = std::map<std::string, OptionChange>;  // by option key

// Throws Error{usage} with the reason alone where an option cannot be changed so.
using ChangeCheck = std::function<void(const std::string& key, const OptionChange& change)>;

}  // namespace spectradiff
