#include <algorithm>
#include <cctype>
#include <map>
#include <numeric>

#include "spectradiff/base/error.h"
#include "spectradiff/base/json.h"
#include "spectradiff/base/number.h"
#include "spectradiff/base/text.h"
#include "spectradiff/features/series.h"
#include "spectradiff/timeline/notes.h"

namespace spectradiff {
namespace {

[[noreturn]] void refuse_notes(const std::string& source, const std::string& what) {
  throw_error(ErrorKind::usage,
              "{} {}; twelve prompts are needed, one for each note from C to B: twelve lines, or JSON",
              source, what);
}

// "C#", "cs" and "c" to their places; -1 for no note.
int note_of(std::string name) {
  std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
  if (name.size() == 2 && name[1] == '#') name[1] = 's';
  const auto found = std::find(kPitchClasses.begin(), kPitchClasses.end(), name);
  return found == kPitchClasses.end() ? -1 : static_cast<int>(found - kPitchClasses.begin());
}

std::string text_of(const Json& value, const std::string& source) {
  if (!value.is_string()) refuse_notes(source, "holds " + value.dump() + ", which is no text");
  return value.get<std::string>();
}

std::vector<std::string> from_json(const Json& value, const std::string& source) {
  std::vector<std::string> notes;
  if (value.is_array()) {
    for (const Json& each : value) notes.push_back(text_of(each, source));
    return notes;
  }
  if (!value.is_object()) refuse_notes(source, "is neither a list nor an object");
  std::map<int, std::string> by_note;
  for (const auto& [name, text] : value.items()) {
    const int note = note_of(name);
    if (note < 0) refuse_notes(source, "names \"" + name + "\", which is no note");
    by_note[note] = text_of(text, source);
  }
  for (auto& [note, text] : by_note) notes.push_back(std::move(text));
  return notes;
}

std::vector<std::string> from_lines(std::string_view text) {
  std::vector<std::string> notes;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    const std::string_view line = trimmed(text.substr(begin, end - begin));
    begin = end + 1;
    if (!line.empty() && line.front() != '#') notes.emplace_back(line);
  }
  return notes;
}

}  // namespace

std::vector<std::string> parse_notes(std::string_view text, const std::string& source) {
  if (!is_valid_utf8(text)) refuse_notes(source, "is not valid UTF-8");
  const size_t first = text.find_first_not_of(" \t\r\n");
  const bool is_json = first != std::string_view::npos && (text[first] == '[' || text[first] == '{');
  std::vector<std::string> notes = is_json ? from_json(parse_json(text, source), source) : from_lines(text);
  if (notes.size() != kNotes) refuse_notes(source, "holds " + counted(std::ssize(notes), "prompt"));
  return notes;
}

std::array<int, kNotes> dealt_prompts(uint64_t seed, int part) {
  std::array<int, kNotes> prompts{};
  std::iota(prompts.begin(), prompts.end(), 0);
  if (part == 0) return prompts;
  SplitMix64 dice(seed ^ (static_cast<uint64_t>(part) << 32));
  for (size_t i = prompts.size() - 1; i > 0; --i) std::swap(prompts[i], prompts[dice.next() % (i + 1)]);
  return prompts;
}

}  // namespace spectradiff
