#include "progress_bar.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "spectradiff/base/text.h"

namespace spectradiff {
namespace {

size_t length_of(const std::string& text) {
  return utf8_characters(text).size();
}

}  // namespace

std::string progress_line(const ProgressText& text) {
  std::string line = text.stage.empty() ? text.count : text.stage + " " + text.count;
  for (const std::string& part : {text.rate, text.left}) line += part.empty() ? "" : ", " + part;
  return line;
}

std::string progress_bar(const ProgressText& text, double share, size_t columns) {
  constexpr size_t kMostCells = 24, kFewestCells = 6, kAroundCells = 3;
  const size_t room = std::max<size_t>(columns, 2) - 1;
  const ProgressText forms[] = {text,
                                {text.stage, text.count, "", text.left},
                                {"", text.count, "", text.left},
                                {"", text.count, "", ""}};
  const auto fits = [&](const ProgressText& form) { return length_of(progress_line(form)) <= room; };
  const auto form = std::find_if(std::begin(forms), std::end(forms), fits);
  std::string line = form == std::end(forms) ? shortened(text.count, room - 1) : progress_line(*form);
  const size_t rest = room - std::min(room, length_of(line));
  if (rest < kFewestCells + kAroundCells) return line;
  const size_t cells = std::min(kMostCells, rest - kAroundCells);
  const auto filled = static_cast<size_t>(std::clamp(share, 0.0, 1.0) * static_cast<double>(cells));
  return "[" + std::string(filled, '#') + std::string(cells - filled, '.') + "] " + line;
}

}  // namespace spectradiff
