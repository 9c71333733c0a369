// Progress as one line of a terminal.
#pragma once

#include <cstddef>
#include <string>

namespace spectradiff {

// Empty: not known.
struct ProgressText {
  std::string stage;  // "[3] render"
  std::string count;  // "12/288 frames"
  std::string rate;   // "3.1 frames/s"
  std::string left;   // "1:29 left"
};

// All of it, with commas between.
std::string progress_line(const ProgressText& text);

// A bar filled up to `share` (0..1) and the line; in narrow terminals the bar gets shorter, then goes, then
// the rate and the stage do. Shorter than `columns`, since a line that fills them all may wrap.
std::string progress_bar(const ProgressText& text, double share, size_t columns);

}  // namespace spectradiff
