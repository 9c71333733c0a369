#pragma once

#include <string>
#include <vector>

namespace spectradiff {

struct FuzzTarget;

// A target's own seeds, and the files of its folder in tests/fuzz/corpus in order of their names.
std::vector<std::string> corpus_of(const FuzzTarget& target);

}  // namespace spectradiff
