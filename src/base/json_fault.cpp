#include "json_fault.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace spectradiff {
namespace {

using namespace std::string_view_literals;

constexpr std::array kTokens = {
    std::pair{"string literal"sv, "a text in double quotes"sv},
    std::pair{"number literal"sv, "a number"sv},
    std::pair{"true literal"sv, "true"sv},
    std::pair{"false literal"sv, "false"sv},
    std::pair{"null literal"sv, "null"sv},
    std::pair{"end of input"sv, "the end of the text"sv},
    std::pair{"'[', '{', or a literal"sv, "a value"sv},
};

constexpr std::array kStrings = {
    std::pair{"missing closing quote"sv, "the closing double quote of this text is missing"sv},
    std::pair{"control character"sv,
              "a line break or another control character in a text is written \\n, \\t or \\u…"sv},
    std::pair{"forbidden character after backslash"sv,
              "this is no escape; a backslash itself is written \\\\"sv},
};

std::string_view plain_token(std::string_view token) {
  for (const auto& [theirs, ours] : kTokens) {
    if (token == theirs) return ours;
  }
  return token;
}

// The word of `text` that the byte at `place` belongs to or, behind its end, that ends there.
std::string_view word_at(std::string_view text, size_t place) {
  constexpr std::string_view kEnds = " \t\r\n,:;[]{}\"";
  const size_t before = place == 0 ? text.npos : text.find_last_of(kEnds, place - 1);
  const size_t first = before == text.npos ? 0 : before + 1;
  return text.substr(first, text.find_first_of(kEnds, std::max(place, first)) - first);
}

bool follows_comma(std::string_view text, size_t place) {
  const size_t before = place == 0 ? text.npos : text.find_last_not_of(" \t\r\n", place - 1);
  return before != text.npos && text[before] == ',';
}

std::string wanted_instead(std::string_view context, std::string_view found, std::string_view wanted) {
  const bool is_key = context.ends_with("object key");
  if (wanted == "end of input")
    return fmt::format("nothing may follow the value, but {} does", plain_token(found));
  if (wanted == "string literal" && is_key) wanted = "a name in double quotes";
  if (wanted == "'}'" || wanted == "']'")
    return fmt::format("a comma or {} is expected here, not {}", wanted, plain_token(found));
  return fmt::format("{} is expected here, not {}", plain_token(wanted), plain_token(found));
}

}  // namespace

std::string plain_fault(std::string_view said, std::string_view text, size_t place) {
  const size_t dash = said.find(" - ");
  if (dash == said.npos) return std::string(said);
  const std::string_view context = said.substr(0, dash);
  std::string_view what = said.substr(dash + 3);
  std::string_view wanted;
  if (const size_t at = what.rfind("; expected "); at != what.npos) {
    wanted = what.substr(at + 11);
    what = what.substr(0, at);
  }
  what = what.substr(0, what.find("; last read"));
  wanted = wanted.substr(0, wanted.find("; last read"));
  if (what.starts_with("unexpected ")) {
    const std::string_view found = what.substr(11);
    const bool closes = found == "'}'" || found == "']'";
    if (closes && follows_comma(text, place))
      return fmt::format("the comma before this {} is one too many", found);
    return wanted_instead(context, found, wanted);
  }
  if (what == "invalid literal") {
    const std::string_view word = word_at(text, place);
    if (word.starts_with('/') || word.starts_with('#')) return "JSON has no comments";
    if (!wanted.empty())
      return wanted_instead(context, word.starts_with('\'') ? std::string(word) : fmt::format("'{}'", word),
                            wanted);
    return fmt::format("'{}' is no value; texts stand in double quotes, numbers begin with a digit or -",
                       word);
  }
  for (const auto& [theirs, ours] : kStrings) {
    if (what.find(theirs) != what.npos) return std::string(ours);
  }
  if (what.starts_with("invalid string: ")) what.remove_prefix(16);
  return wanted.empty() ? std::string(what) : fmt::format("{}; {} is expected", what, wanted);
}

}  // namespace spectradiff
