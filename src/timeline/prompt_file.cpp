#include <algorithm>
#include <array>
#include <cctype>

#include "change_text.h"
#include "key_time.h"
#include "marked_error.h"
#include "spectradiff/base/error.h"
#include "spectradiff/base/text.h"
#include "spectradiff/timeline/prompt_schedule.h"

namespace spectradiff {
namespace {

constexpr const char* kForm =
    "write lines of `1:30: text`, or JSON as [{\"at\": \"1:30\", \"prompt\": \"text\"}]";

constexpr const char* kWeight = "weight";

constexpr size_t kLongestTime = 64;  // bytes; what is longer is no time

// The longest beginning that is a time, up to one of the line's colons: prompts may hold colons of their own.
PromptKey parse_line(std::string_view line, const std::string& where, const ChangeCheck& check) {
  size_t end = std::string_view::npos;
  for (size_t colon = line.find(':'); colon < kLongestTime; colon = line.find(':', colon + 1)) {
    if (find_key_time(trimmed(line.substr(0, colon)))) end = colon;
  }
  // "0:99: text" and "0:30 text" were meant as clocks, not as what is said at second 0.
  const bool half_a_clock = end != std::string_view::npos && end + 1 < line.size() &&
                            line.find_first_not_of("0123456789") == end &&
                            std::isdigit(static_cast<unsigned char>(line[end + 1])) != 0;
  if (half_a_clock) end = std::string_view::npos;
  if (end == std::string_view::npos)
    throw_error(ErrorKind::usage, "{}: \"{}\" does not begin with a time and a colon; {}", where,
                shortened(line, kShownCharacters), kForm);
  PromptKey key;
  key.at = trimmed(line.substr(0, end));
  const std::vector<std::string> parts = parts_of(line.substr(end + 1));
  key.prompt = trimmed(parts.front());
  for (size_t i = 1; i < parts.size(); ++i) {
    LinePart part = read_part(trimmed(parts[i]), where);
    if (part.blend) key.blend = part.blend;
    if (part.negative) key.negative = std::move(part.negative);
    if (part.key == kWeight) {
      key.weight = part.value;
    } else if (!part.key.empty()) {
      add_change(key.changes, part.key, std::string_view(part.value), where, check);
    }
  }
  return key;
}

PromptBlend blend_of(const std::string& name, const std::string& where) {
  std::vector<std::string> known;
  for (const auto& [known_name, blend] : prompt_blends()) {
    if (name == known_name) return blend;
    known.push_back(known_name);
  }
  throw_error(ErrorKind::usage, "{}: blend = {} is not one of {}", where, shortened(name, kShownCharacters),
              join(known, ", "));
}

const std::string& name_of(PromptBlend blend) {
  const auto& blends = prompt_blends();
  return std::find_if(blends.begin(), blends.end(), [=](const auto& known) { return known.second == blend; })
      ->first;
}

PromptKey key_from_json(const Json& value, const std::string& where, const ChangeCheck& check) {
  if (!value.is_object())
    throw_error(ErrorKind::usage, "{}: each prompt is an object {{…}}; {}", where, kForm);
  JsonReader reader(value, where, ErrorKind::usage);
  PromptKey key;
  const Json& at = reader.any("at");
  key.at = at.is_string() ? at.get<std::string>() : at.dump();
  key.prompt = reader.text("prompt");
  if (reader.has("negative")) key.negative = reader.text("negative");
  if (reader.has("blend")) key.blend = blend_of(reader.text("blend"), where);
  if (reader.has(kWeight)) {
    const Json& weight = reader.any(kWeight);
    if (!weight.is_string() && !weight.is_number())
      throw_error(ErrorKind::usage, "{}: weight is neither a number nor an expression", where);
    key.weight = weight.is_string() ? weight.get<std::string>() : weight.dump();
  }
  for (const auto& [name, setting] : value.items()) {
    constexpr std::array<std::string_view, 5> kOwn = {"at", "prompt", "negative", "blend", kWeight};
    if (std::find(kOwn.begin(), kOwn.end(), name) == kOwn.end())
      add_change(key.changes, name, setting, where, check);
  }
  if (key.at.size() > kLongestTime || !find_key_time(key.at)) {
    throw_error(ErrorKind::usage, "{}: at = {} is not a time; write 90, 1:30, 300f, 16beats or end", where,
                shortened(key.at, kShownCharacters));
  }
  return key;
}

}  // namespace

const std::vector<std::pair<std::string, PromptBlend>>& prompt_blends() {
  static const std::vector<std::pair<std::string, PromptBlend>> blends = {
      {"lerp", PromptBlend::lerp}, {"slerp", PromptBlend::slerp}, {"cut", PromptBlend::cut}};
  return blends;
}

std::vector<PromptKey> prompts_from_json(const Json& keys, const std::string& source,
                                         const ChangeCheck& check) {
  if (!keys.is_array()) throw_error(ErrorKind::usage, "{}: there is no list of prompts; {}", source, kForm);
  std::vector<PromptKey> found;
  for (const Json& value : keys)
    found.push_back(key_from_json(value, fmt::format("{}, prompt {}", source, found.size() + 1), check));
  return found;
}

std::vector<PromptKey> parse_prompts(std::string_view text, const std::string& source,
                                     const ChangeCheck& check) {
  text = without_byte_order_mark(text);
  if (!is_valid_utf8(text)) throw_error(ErrorKind::usage, "{} is not valid UTF-8", source);
  std::vector<PromptKey> keys;
  const size_t first = text.find_first_not_of(" \t\r\n");
  if (first != std::string_view::npos && (text[first] == '[' || text[first] == '{')) {
    keys = prompts_from_json(parse_json(text, source), source, check);
  } else {
    for (int number = 1; !text.empty(); ++number) {
      const std::string_view line = trimmed(take_line(text));
      if (!line.empty() && line.front() != '#')
        keys.push_back(parse_line(line, fmt::format("{}, line {}", source, number), check));
    }
  }
  if (keys.empty()) throw_error(ErrorKind::usage, "{} holds no prompts; {}", source, kForm);
  return keys;
}

Json prompts_to_json(const std::vector<PromptKey>& keys) {
  Json list = Json::array();
  for (const PromptKey& key : keys) {
    Json value = {{"at", key.at}, {"prompt", key.prompt}};
    if (key.negative) value["negative"] = *key.negative;
    if (key.blend) value["blend"] = name_of(*key.blend);
    if (!key.weight.empty()) value[kWeight] = key.weight;
    for (const auto& [name, change] : key.changes) value[name] = change_text(change);
    list.push_back(std::move(value));
  }
  return list;
}

}  // namespace spectradiff
