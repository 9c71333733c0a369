#include "marked_error.h"

#include <algorithm>
#include <vector>

#include "spectradiff/base/error.h"
#include "spectradiff/base/text.h"

namespace spectradiff {
namespace {

constexpr size_t kShownBefore = 56;
constexpr size_t kShownAfter = 40;

}  // namespace

void fail_at(std::string_view text, size_t at, const std::string& what) {
  // One entry per character, as it is shown.
  std::vector<std::string> characters;
  size_t column = 0;
  size_t begin = 0;
  for (const std::string_view character : utf8_characters(text)) {
    if (begin < at) column = characters.size() + 1;
    characters.emplace_back(is_control(character[0]) ? " " : character);
    begin += character.size();
  }
  const size_t first = column > kShownBefore ? column - kShownBefore : 0;
  const size_t last = std::min(characters.size(), column + kShownAfter);
  std::string line = first > 0 ? "…" : "";
  for (size_t i = first; i < last; ++i) line += characters[i];
  if (last < characters.size()) line += "…";
  const std::string blanks(column - first + (first > 0 ? 1 : 0), ' ');
  throw_error(ErrorKind::usage, "is wrong at column {}: {}\n  {}\n  {}^", column + 1, what, line, blanks);
}

}  // namespace spectradiff
