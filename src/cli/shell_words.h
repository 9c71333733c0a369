// The words of a command, to be given again.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace spectradiff {

using Words = std::vector<std::string>;

// Without these options, by their keys, and their values.
Words words_without(const Words& words, std::initializer_list<std::string_view> keys);

// With options more: before a "--", after which nothing is one.
Words words_with(Words words, const Words& options);

std::string shell_quoted(const std::string& word);  // where it needs quotes

// All of them, quoted for a shell, behind the program's name.
std::string shell_command(const Words& words);

// The user's own command, narrowed to these frames ("120", "120-140") as pictures of that name.
std::string reproduction(const Words& typed, const std::string& frames, const std::string& output);

}  // namespace spectradiff
