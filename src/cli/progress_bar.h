// Progress as one line of a terminal.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace spectradiff {

// Empty texts: not known.
struct ProgressText {
  std::string stage;  // "[3] render"
  int64_t done = 0;   // of the frames that are to be made
  int64_t total = 0;  // of these
  int64_t there = 0;  // beside them: were there already
  std::string rate;   // "3.1 frames/s"
  std::string left;   // "1:29 left"
};

// All of it, with commas between: "[3] render 12/246 frames, 42 reused, 3.1 frames/s, 1:29 left".
std::string progress_line(const ProgressText& text);

// A bar, filled with = by what was there and with # by what is done, and the line; in narrow terminals the
// bar gets shorter, then goes, then the rate, the stage and the words do: "12/246+42, 1:29 left". Shorter
// than `columns`, since a line that fills them all may wrap.
std::string progress_bar(const ProgressText& text, size_t columns);

}  // namespace spectradiff
