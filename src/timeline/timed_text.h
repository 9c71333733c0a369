// Lyrics and subtitles as scenes.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "spectradiff/timeline/scenes.h"

namespace spectradiff {

// A scene per line of LRC (`[01:30.50]text`; several times before a text repeat it; <…> inside it and tags
// such as [ar:…] are left out; [offset:±ms] moves all) or per block of SubRip (`00:01:30,500 --> …`, lines
// joined, <tags> left out), ascending; the last of one time counts, and texts without a word are the job's
// prompt. Nothing for what is neither.
std::optional<std::vector<Scene>> parse_timed_text(std::string_view text);

}  // namespace spectradiff
