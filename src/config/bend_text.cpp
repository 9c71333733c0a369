#include "bend_text.h"

#include <algorithm>
#include <cctype>

#include "spectradiff/base/error.h"
#include "spectradiff/base/number.h"
#include "spectradiff/base/text.h"

namespace spectradiff {
namespace {

constexpr size_t kMostBends = 100;

std::vector<std::string> bend_names() {
  std::vector<std::string> names;
  for (const BendKind& kind : bend_kinds()) names.emplace_back(kind.name);
  return names;
}

// Words between blanks that no parenthesis holds.
std::vector<std::string> words_of_bend(std::string_view text) {
  std::vector<std::string> words(1);
  int depth = 0;
  for (const char c : text) {
    depth += c == '(' ? 1 : c == ')' ? -1 : 0;
    const bool blank = std::isspace(static_cast<unsigned char>(c)) != 0;
    if (!blank || depth > 0) {
      words.back() += c;
    } else if (!words.back().empty()) {
      words.emplace_back();
    }
  }
  if (words.back().empty()) words.pop_back();
  return words;
}

// At every | that stands alone outside parentheses; || is an expression's.
std::vector<std::string_view> operations_of(std::string_view text) {
  std::vector<std::string_view> parts;
  size_t begin = 0;
  int depth = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    depth += text[i] == '(' ? 1 : text[i] == ')' ? -1 : 0;
    if (text[i] != '|' || depth > 0) continue;
    if (i + 1 < text.size() && text[i + 1] == '|') {
      ++i;
      continue;
    }
    parts.push_back(text.substr(begin, i - begin));
    begin = i + 1;
  }
  parts.push_back(text.substr(begin));
  return parts;
}

BendText read_bend(std::string_view text) {
  std::vector<std::string> words = words_of_bend(text);
  const BendKind* kind = words.empty() ? nullptr : find_bend_kind(words[0]);
  if (kind == nullptr) {
    throw_error(ErrorKind::usage, "\"{}\" begins with none of {}{}", text, join(bend_names(), ", "),
                words.empty() ? "" : suggestion(words[0], bend_names()));
  }
  words.erase(words.begin());
  if (words.size() != kind->arguments)
    throw_error(ErrorKind::usage, "{} takes {} and has {}: write {}", kind->name,
                kind->arguments == 1 ? "a number" : fmt::format("{} numbers", kind->arguments), words.size(),
                kind->usage);
  for (size_t i = 0; i < kind->channels; ++i) {
    if (words[i].starts_with('c')) words[i].erase(0, 1);
    const auto channel = parse_integer(words[i]);
    if (!channel || *channel < 0 || *channel > 1000)
      throw_error(ErrorKind::usage, "{} of \"{}\": a channel is written 0 or c0", kind->name, words[i]);
  }
  return {kind->kind, std::move(words)};
}

}  // namespace

std::vector<BendText> read_bends(std::string_view text) {
  std::vector<BendText> bends;
  if (std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isspace(c); })) return bends;
  for (const std::string_view part : operations_of(text)) bends.push_back(read_bend(part));
  if (bends.size() > kMostBends)
    throw_error(ErrorKind::usage, "has {} operations; {} are the most", bends.size(), kMostBends);
  return bends;
}

}  // namespace spectradiff
