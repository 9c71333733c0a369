#include "shell_words.h"

#include <algorithm>

#include "arguments.h"

namespace spectradiff {
namespace {

// How many words, from this one on, are the option: 0 where it is another, 2 where the value stands apart.
size_t words_of(const Option& option, const std::string& word) {
  for (const std::string& flag : flags_of(option)) {
    if (word == flag) return option.is_switch() ? 1 : 2;
    const bool is_long = flag.starts_with("--");
    if (!option.is_switch() && word.starts_with(is_long ? flag + "=" : flag)) return 1;
  }
  return 0;
}

}  // namespace

Words words_without(const Words& words, std::initializer_list<std::string_view> keys) {
  Words kept;
  const auto end = std::find(words.begin(), words.end(), "--");
  size_t dropped = 0;  // of the words that follow
  for (auto word = words.begin(); word != end; ++word) {
    for (const std::string_view key : keys)
      if (dropped == 0) dropped = words_of(*find_option(key), *word);
    dropped > 0 ? void(--dropped) : kept.push_back(*word);
  }
  kept.insert(kept.end(), end, words.end());
  return kept;
}

Words words_with(Words words, const Words& options) {
  words.insert(std::find(words.begin(), words.end(), "--"), options.begin(), options.end());
  return words;
}

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

std::string shell_command(const Words& words) {
  std::string command = "spectradiff";
  for (const std::string& word : words) command += " " + shell_quoted(word);
  return command;
}

std::string reproduction(const Words& typed, const std::string& frames, const std::string& output) {
  return shell_command(words_with(typed, {"--frames", frames, "-o", output}));
}

}  // namespace spectradiff
