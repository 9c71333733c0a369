#include "change_text.h"

#include <algorithm>

#include "spectradiff/base/error.h"
#include "spectradiff/base/number.h"
#include "spectradiff/base/text.h"

namespace spectradiff {
namespace {

OptionChange change_of(std::string_view text, const std::string& where) {
  if (text.starts_with('=')) return {false, std::string(trimmed(text.substr(1)))};
  const bool adds = text.starts_with('+') || text.starts_with('-');
  if (!adds) return {false, std::string(text)};
  const std::string number(text.starts_with('+') ? text.substr(1) : text);
  if (!parse_real(number))
    throw_error(ErrorKind::usage, "{}: {} is no number to add; =… sets an expression", where, text);
  return {true, number};
}

}  // namespace

std::vector<std::string> parts_of(std::string_view text) {
  std::vector<std::string> parts(1);
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size() && text[i + 1] == '|') {
      parts.back() += '|';
      ++i;
    } else if (text[i] == '|') {
      parts.emplace_back();
    } else {
      parts.back() += text[i];
    }
  }
  return parts;
}

std::optional<PromptBlend> find_blend(std::string_view name) {
  for (const auto& [known, blend] : prompt_blends()) {
    if (name == known) return blend;
  }
  return std::nullopt;
}

LinePart read_part(std::string_view text, const std::string& where) {
  LinePart part;
  part.blend = find_blend(text);
  if (part.blend) return part;
  const size_t space = text.find_first_of(" \t");
  part.key = text.substr(0, space);
  part.value = space == std::string_view::npos ? "" : trimmed(text.substr(space));
  if (part.key == "negative") {
    part.negative = part.value;
    part.key.clear();
    return part;
  }
  if (part.value.empty()) {
    throw_error(
        ErrorKind::usage,
        "{}: \"{}\" says nothing; write `| strength +0.2`, `| strength =0.5`, `| cut` or \\| for a bar",
        where, text);
  }
  std::replace(part.key.begin(), part.key.end(), '-', '_');
  return part;
}

void add_change(OptionChanges& changes, const std::string& key, std::string_view text,
                const std::string& where, const ChangeCheck& check) {
  OptionChange change = change_of(text, where);
  try {
    if (check) check(key, change);
  } catch (const Error& error) {
    throw_error(error.kind(), "{}: {} = {} {}", where, key, change.value, error.what());
  }
  changes[key] = std::move(change);
}

void add_change(OptionChanges& changes, const std::string& key, const Json& value, const std::string& where,
                const ChangeCheck& check) {
  if (!value.is_string() && !value.is_number())
    throw_error(ErrorKind::usage, "{}: {} is neither a number nor an expression", where, key);
  const std::string text = value.is_string() ? value.get<std::string>() : "=" + value.dump();
  add_change(changes, key, std::string_view(text), where, check);
}

std::string change_text(const OptionChange& change) {
  const bool sign = change.adds && !change.value.starts_with('-');
  return (change.adds ? (sign ? "+" : "") : "=") + change.value;
}

}  // namespace spectradiff
