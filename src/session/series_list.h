// --series: which curves the CSV and the JSON of analyze hold.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace spectradiff {

// "rms,onset,chroma" in the order written, each once. Groups: all (every series of series_names()), chroma,
// mel, mfcc. Empty text is all. Error{usage} naming what is no series.
std::vector<std::string> parse_series_list(std::string_view text);

}  // namespace spectradiff
