#include "marked_error.h"

#include <algorithm>
#include <deque>

#include "spectradiff/base/error.h"
#include "spectradiff/base/text.h"

namespace spectradiff {
namespace {

constexpr size_t kShownBefore = 56;
constexpr size_t kShownAfter = 40;

}  // namespace

void fail_at(std::string_view text, size_t at, const std::string& what) {
  const auto behind = [&](size_t begin) {
    return begin + std::max<size_t>(1, utf8_character_length(text.substr(begin)));
  };
  // However long the text is, only where the shown characters begin is kept.
  std::deque<size_t> shown;
  size_t column = 0;
  size_t next = 0;
  for (; next < at && next < text.size(); next = behind(next), ++column) {
    shown.push_back(next);
    if (shown.size() > kShownBefore) shown.pop_front();
  }
  const size_t before = shown.size();
  for (; next < text.size() && shown.size() < before + kShownAfter; next = behind(next))
    shown.push_back(next);

  std::string line = column > before ? "…" : "";
  for (const size_t begin : shown)
    line += is_control(text[begin]) ? " " : text.substr(begin, behind(begin) - begin);
  if (next < text.size()) line += "…";
  const std::string blanks(before + (column > before ? 1 : 0), ' ');
  throw_error(ErrorKind::usage, "is wrong at column {}: {}\n  {}\n  {}^", column + 1, what, line, blanks);
}

}  // namespace spectradiff
