// Names of outputs made from settings: "{stem}_{strength}_{fps}fps.mp4".
#pragma once

#include <string>

#include "spectradiff/config/settings.h"

namespace spectradiff {

bool has_fields(const std::string& output);  // {…} in it

// {stem} is the song's name without folder and ending, {KEY} an option's value; what a name should not hold
// becomes -. Of a video that is there already, the next name with -2, -3, … that is free, unless it may be
// overwritten. Error{usage} for a field that is none.
std::string output_from(const std::string& pattern, const std::string& song, const Settings& settings);

}  // namespace spectradiff
