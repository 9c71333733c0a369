#include <algorithm>
#include <array>
#include <cctype>

#include "change_text.h"
#include "key_time.h"
#include "scene_names.h"
#include "spectradiff/base/error.h"
#include "spectradiff/base/number.h"
#include "spectradiff/base/text.h"
#include "spectradiff/timeline/scenes.h"
#include "timed_text.h"

namespace spectradiff {
namespace {

constexpr const char* kSceneForm =
    "write lines of `A: text`, `chorus: text | strength +0.2 | cut` or `1:30: text`, JSON as [{\"when\": "
    "\"A\", \"prompt\": \"text\"}], LRC or SubRip";
constexpr const char* kNegative = "negative";

bool is_when(std::string_view text) {
  return is_section_name(text) || find_key_time(text).has_value();
}

void read_scene_part(Scene& scene, std::string_view text, const std::string& where,
                     const ChangeCheck& check) {
  LinePart part = read_part(text, where);
  if (part.blend) scene.blend = part.blend;
  if (part.negative) scene.negative = std::move(part.negative);
  if (!part.key.empty()) add_change(scene.changes, part.key, std::string_view(part.value), where, check);
}

Scene parse_scene_line(std::string_view line, const std::string& where, const ChangeCheck& check) {
  size_t end = std::string_view::npos;
  for (size_t colon = line.find(':'); colon != std::string_view::npos; colon = line.find(':', colon + 1)) {
    if (is_when(trimmed(line.substr(0, colon)))) end = colon;
  }
  if (end == std::string_view::npos) {
    throw_error(ErrorKind::usage, "{}: \"{}\" does not begin with a part of the song and a colon; {}", where,
                line, kSceneForm);
  }
  Scene scene;
  scene.when = trimmed(line.substr(0, end));
  const std::vector<std::string> parts = parts_of(line.substr(end + 1));
  scene.prompt = trimmed(parts.front());
  for (size_t i = 1; i < parts.size(); ++i) read_scene_part(scene, trimmed(parts[i]), where, check);
  return scene;
}

Scene scene_from_json(const Json& value, const std::string& where, const ChangeCheck& check) {
  if (!value.is_object()) throw_error(ErrorKind::usage, "{}: a scene is an object; {}", where, kSceneForm);
  JsonReader reader(value, where, ErrorKind::usage);
  Scene scene;
  const Json& when = reader.any("when");
  scene.when = when.is_string() ? when.get<std::string>() : when.dump();
  if (!is_when(scene.when)) {
    throw_error(ErrorKind::usage,
                "{}: when = {} is no part of a song; write A, chorus, verse, drop, intro, outro, section 3, "
                "else or a time",
                where, scene.when);
  }
  scene.prompt = reader.text_or("prompt", "");
  if (reader.has(kNegative)) scene.negative = reader.text(kNegative);
  if (reader.has("blend")) {
    const std::string name = reader.text("blend");
    scene.blend = find_blend(name);
    if (!scene.blend)
      throw_error(ErrorKind::usage, "{}: blend = {} is not one of lerp, slerp, cut", where, name);
  }
  for (const auto& [key, setting] : value.items()) {
    if (key == "when" || key == "prompt" || key == kNegative || key == "blend") continue;
    add_change(scene.changes, key, setting, where, check);
  }
  return scene;
}

void check_times(const std::vector<Scene>& scenes, const std::string& source) {
  for (size_t i = 0; i < scenes.size(); ++i) {
    const auto same = [&](const Scene& other) { return other.when == scenes[i].when; };
    if (std::any_of(scenes.begin(), scenes.begin() + static_cast<std::ptrdiff_t>(i), same))
      throw_error(ErrorKind::usage, "{}: {} is there twice; say it once", source, scenes[i].when);
  }
}

}  // namespace

bool is_section_name(std::string_view when) {
  constexpr std::array<std::string_view, 6> kNames = {"drop", "intro", "outro", "chorus", "verse", "else"};
  if (std::find(kNames.begin(), kNames.end(), when) != kNames.end()) return true;
  if (when.starts_with(kSectionName)) {
    const auto number = parse_integer(when.substr(std::string_view(kSectionName).size()));
    return number && *number >= 1;
  }
  constexpr size_t kLongestLabel = 2;
  return !when.empty() && when.size() <= kLongestLabel &&
         std::all_of(when.begin(), when.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

std::vector<Scene> scenes_from_json(const Json& list, const std::string& source, const ChangeCheck& check) {
  if (!list.is_array())
    throw_error(ErrorKind::usage, "{}: there is no list of scenes; {}", source, kSceneForm);
  std::vector<Scene> scenes;
  for (const Json& value : list)
    scenes.push_back(scene_from_json(value, fmt::format("{}, scene {}", source, scenes.size() + 1), check));
  check_times(scenes, source);
  return scenes;
}

// "[00:12.34] words" and "[ar: Name]" begin no list.
bool is_json(std::string_view text) {
  return text[0] == '{' || (text[0] == '[' && text.find(':') >= text.find_first_of("{\"]"));
}

std::vector<Scene> parse_scenes(std::string_view text, const std::string& source, const ChangeCheck& check) {
  text = without_byte_order_mark(text);
  if (!is_valid_utf8(text)) throw_error(ErrorKind::usage, "{} is not valid UTF-8", source);
  const size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos)
    throw_error(ErrorKind::usage, "{}: there is no scene in it; {}", source, kSceneForm);
  if (auto timed = parse_timed_text(text)) return *std::move(timed);
  if (is_json(text.substr(first))) return scenes_from_json(parse_json(text, source), source, check);
  std::vector<Scene> scenes;
  for (int number = 1; !text.empty(); ++number) {
    const std::string_view line = trimmed(take_line(text));
    if (!line.empty() && line.front() != '#')
      scenes.push_back(parse_scene_line(line, fmt::format("{}, line {}", source, number), check));
  }
  if (scenes.empty()) throw_error(ErrorKind::usage, "{}: there is no scene in it; {}", source, kSceneForm);
  check_times(scenes, source);
  return scenes;
}

Json scenes_to_json(const std::vector<Scene>& scenes) {
  Json list = Json::array();
  for (const Scene& scene : scenes) {
    Json value = {{"when", scene.when}};
    if (!scene.prompt.empty()) value["prompt"] = scene.prompt;
    if (scene.negative) value[kNegative] = *scene.negative;
    for (const auto& [name, blend] : prompt_blends()) {
      if (scene.blend == blend) value["blend"] = name;
    }
    for (const auto& [key, change] : scene.changes) value[key] = change_text(change);
    list.push_back(std::move(value));
  }
  return list;
}

}  // namespace spectradiff
