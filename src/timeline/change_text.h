// What lines and JSON of prompts and scenes say beside the prompt itself.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "spectradiff/base/json.h"
#include "spectradiff/timeline/option_change.h"
#include "spectradiff/timeline/prompt_schedule.h"

namespace spectradiff {

// At bars that no backslash stands before; \| is then a bar. At least one part.
std::vector<std::string> parts_of(std::string_view text);

// Of one such part: `strength +0.2`, `seed =7`, `cut`, `negative text`. All Error{usage} begin with `where`.
struct LinePart {
  std::optional<PromptBlend> blend;
  std::optional<std::string> negative;
  std::string key;  // of an option, or any other word; empty: it is one of the above
  std::string value;
};
LinePart read_part(std::string_view part, const std::string& where);

std::optional<PromptBlend> find_blend(std::string_view name);

// "+0.2" and "-0.2" add, "=0.2" and all else sets.
void add_change(OptionChanges& changes, const std::string& key, std::string_view text,
                const std::string& where, const ChangeCheck& check);
// The same of JSON: a number sets.
void add_change(OptionChanges& changes, const std::string& key, const Json& value, const std::string& where,
                const ChangeCheck& check);
// As add_change reads it again.
std::string change_text(const OptionChange& change);

}  // namespace spectradiff
