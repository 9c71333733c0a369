// Beats that other programs, or people, wrote down.
#pragma once

#include <string>
#include <vector>

namespace spectradiff {

struct ListedBeats {
  std::vector<double> beats_s;  // ascending, not empty
  std::vector<int> downbeats;   // indices of those numbered 1; empty where beats have no numbers
  int beats_per_bar = 4;        // the most usual highest number
};

// A time per line: seconds with a point or a comma, m:ss or h:mm:ss; behind it, after a tab or spaces,
// nothing, or the beat's number in its bar on every line (what downbeat trackers write), or what Audacity
// exports as labels, START<TAB>END<TAB>TEXT, of which START counts. Empty lines and those that begin with #
// are passed over. Error{usage} naming the line.
ListedBeats read_beats(const std::string& file);

}  // namespace spectradiff
