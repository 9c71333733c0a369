#include "reproduction.h"

#include <algorithm>

namespace spectradiff {
namespace {

std::string shell_quoted(const std::string& word) {
  const bool plain =
      !word.empty() &&
      word.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=./:,%@") ==
          std::string::npos;
  if (plain) return word;
  std::string quoted = "'";
  for (const char c : word) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

}  // namespace

std::string reproduction(const std::vector<std::string>& typed, const std::string& frames,
                         const std::string& output) {
  std::vector<std::string> words = typed;
  // Before a "--", after which nothing is an option.
  const std::vector<std::string> narrowed = {"--frames", frames, "-o", output};
  words.insert(std::find(words.begin(), words.end(), "--"), narrowed.begin(), narrowed.end());
  return shell_command(words);
}

std::string shell_command(const std::vector<std::string>& words) {
  std::string command = "spectradiff";
  for (const std::string& word : words) command += " " + shell_quoted(word);
  return command;
}

}  // namespace spectradiff
