// What reads bytes of others: each target takes any bytes and gives back Error or a value that holds.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace spectradiff {

struct FuzzTarget {
  std::string name;  // of its folder in the corpus, where it has one
  // Throws std::logic_error for a value that does not hold; Error is an answer.
  std::function<void(const std::string& bytes)> read;
  std::vector<std::string> seeds;  // beside those in the corpus: what is not text
  int cost = 1;                    // about, beside others: fewer inputs are tried of what takes longer
};

std::vector<FuzzTarget> fuzz_targets();

}  // namespace spectradiff
