// Prompts as Deforum and Parseq write them.
#pragma once

#include <map>
#include <string>

#include "spectradiff/base/json.h"

namespace spectradiff {

// "text --neg text" at frames of that rate as keys of the option prompts, which cut; the other two stand with
// every one.
Json imported_prompts(const std::map<double, std::string>& by_frame, double fps, const std::string& positive,
                      const std::string& negative);

// Of "one:0.7 AND two:0.3 --neg three" what weighs most: "one --neg three". Else the text itself.
std::string strongest_prompt(const std::string& text);

}  // namespace spectradiff
