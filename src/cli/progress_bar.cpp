#include "progress_bar.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "spectradiff/base/text.h"

namespace spectradiff {
namespace {

size_t length_of(const std::string& text) {
  return utf8_characters(text).size();
}

// "a, b": those that say something.
std::string line_of(std::vector<std::string> parts) {
  std::erase(parts, "");
  return join(parts, ", ");
}

std::string count_text(const ProgressText& text) {
  return fmt::format("{}/{}", text.done, counted(text.total, "frame"));
}

std::string reused_text(const ProgressText& text) {
  return text.there > 0 ? fmt::format("{} reused", text.there) : "";
}

// "12/246+42".
std::string shortest_count(const ProgressText& text) {
  return fmt::format("{}/{}", text.done, text.total) + (text.there > 0 ? fmt::format("+{}", text.there) : "");
}

}  // namespace

std::string progress_line(const ProgressText& text) {
  const std::string count = count_text(text);
  return line_of(
      {text.stage.empty() ? count : text.stage + " " + count, reused_text(text), text.rate, text.left});
}

std::string progress_bar(const ProgressText& text, size_t columns) {
  constexpr size_t kMostCells = 24, kFewestCells = 6, kAroundCells = 3;
  const size_t room = std::max<size_t>(columns, 2) - 1;
  ProgressText no_rate = text, no_stage = text;
  no_rate.rate = no_stage.rate = no_stage.stage = "";
  const std::string forms[] = {progress_line(text), progress_line(no_rate), progress_line(no_stage),
                               line_of({shortest_count(text), text.left}), shortest_count(text)};
  const auto form = std::find_if(std::begin(forms), std::end(forms),
                                 [&](const std::string& line) { return length_of(line) <= room; });
  std::string line = form == std::end(forms) ? shortened(shortest_count(text), room - 1) : *form;
  const size_t rest = room - std::min(room, length_of(line));
  if (rest < kFewestCells + kAroundCells) return line;
  const size_t cells = std::min(kMostCells, rest - kAroundCells);
  const auto up_to = [&](int64_t frames) {
    const int64_t all = std::max<int64_t>(1, text.total + text.there);
    return static_cast<size_t>(std::clamp<int64_t>(frames, 0, all) * static_cast<int64_t>(cells) / all);
  };
  const size_t there = up_to(text.there), filled = up_to(text.there + text.done);
  return "[" + std::string(there, '=') + std::string(filled - there, '#') + std::string(cells - filled, '.') +
         "] " + line;
}

}  // namespace spectradiff
