#include "beats_file.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <string_view>

#include "spectradiff/base/error.h"
#include "spectradiff/base/file.h"
#include "spectradiff/base/number.h"
#include "spectradiff/base/text.h"

namespace spectradiff {
namespace {

constexpr int64_t kMostBeatsPerBar = 32;

struct ListedBeat {
  double time_s = 0;
  std::optional<int> number;  // in its bar
};

// The words of a line, at tabs or spaces.
std::vector<std::string_view> columns_of(std::string_view line) {
  std::vector<std::string_view> columns;
  for (size_t begin = 0; (begin = line.find_first_not_of(" \t", begin)) != std::string_view::npos;) {
    const size_t end = std::min(line.find_first_of(" \t", begin), line.size());
    columns.push_back(line.substr(begin, end - begin));
    begin = end;
  }
  return columns;
}

// Programs write numbers as their language does.
std::optional<double> real_of(std::string_view text) {
  // 0:05 has a zero in front, which is no octal here.
  while (text.size() > 1 && text[0] == '0' && text[1] >= '0' && text[1] <= '9') text.remove_prefix(1);
  std::string plain(text);
  if (const size_t comma = plain.find(','); comma != std::string::npos) plain[comma] = '.';
  const auto value = parse_real(plain);
  return value && *value >= 0 && std::isfinite(*value) ? value : std::nullopt;
}

// 83.5, 83,5, 1:23.5 or 0:01:23.5.
std::optional<double> seconds_of(std::string_view text) {
  double larger_s = 0;
  for (int part = 0; part < 2; ++part) {
    const size_t colon = text.find(':');
    if (colon == std::string_view::npos) break;
    const auto whole = real_of(text.substr(0, colon));
    if (!whole || *whole != std::floor(*whole)) return std::nullopt;
    larger_s = 60 * (larger_s + *whole);
    text.remove_prefix(colon + 1);
    // Two digits before the point, and less than 60.
    const auto rest = real_of(text.substr(0, text.find(':')));
    const size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
    if (!rest || *rest >= 60 || digits != 2) return std::nullopt;
  }
  const auto seconds = real_of(text);
  return seconds ? std::optional(larger_s + *seconds) : std::nullopt;
}

// Nothing where it is not one.
std::optional<ListedBeat> beat_of(std::string_view line) {
  const std::vector<std::string_view> columns = columns_of(line);
  const auto seconds = seconds_of(columns.front());
  if (!seconds) return std::nullopt;
  ListedBeat beat{*seconds, std::nullopt};
  if (columns.size() == 2) {
    const auto counted = parse_integer(columns[1]);
    if (counted && *counted >= 1 && *counted <= kMostBeatsPerBar) beat.number = static_cast<int>(*counted);
  }
  const bool is_label = line.find('\t') != std::string_view::npos;
  if (columns.size() > 1 && !is_label && !beat.number) return std::nullopt;
  return beat;
}

ListedBeat beat_of_line(std::string_view line, size_t number, const std::string& file) {
  if (const auto beat = beat_of(line)) return *beat;
  throw_error(
      ErrorKind::usage,
      "beats = {}, line {}: \"{}\" is not a time; write one per line, as 83.5 or 1:23.5, with or without "
      "the beat's number in its bar, or export Audacity's labels",
      file, number, shortened(line, 60));
}

// The most usual number of beats from one downbeat to the next; of equals the larger.
int usual_bar(const std::vector<int>& downbeats, int otherwise) {
  std::map<int, int> counts;
  for (size_t i = 1; i < downbeats.size(); ++i) ++counts[downbeats[i] - downbeats[i - 1]];
  int best = otherwise, most = 0;
  for (const auto& [beats, count] : counts) {
    if (count >= most) best = beats;
    most = std::max(most, count);
  }
  return best;
}

ListedBeats with_bars(const std::vector<ListedBeat>& lines) {
  ListedBeats listed;
  int highest = 0;
  for (const ListedBeat& line : lines) {
    if (line.number == 1) listed.downbeats.push_back(static_cast<int>(listed.beats_s.size()));
    highest = std::max(highest, line.number.value_or(0));
    listed.beats_s.push_back(line.time_s);
  }
  const bool all =
      std::all_of(lines.begin(), lines.end(), [](const ListedBeat& line) { return line.number.has_value(); });
  if (!all || highest < 2) listed.downbeats.clear();
  if (!listed.downbeats.empty()) listed.beats_per_bar = usual_bar(listed.downbeats, highest);
  return listed;
}

}  // namespace

ListedBeats read_beats(const std::string& file) {
  const std::string text = read_file(file, kMaxTextBytes, ErrorKind::usage);
  std::vector<ListedBeat> lines;
  std::string_view rest = without_byte_order_mark(text);
  for (size_t number = 1; !rest.empty(); ++number) {
    const std::string_view line = trimmed(take_line(rest));
    // Audacity writes a label's frequency range on a line of its own that begins with a backslash.
    if (line.empty() || line.front() == '#' || line.front() == '\\') continue;
    const ListedBeat beat = beat_of_line(line, number, file);
    if (!lines.empty() && beat.time_s <= lines.back().time_s) {
      throw_error(ErrorKind::usage, "beats = {}, line {}: {} s does not come after the beat before it, {} s",
                  file, number, beat.time_s, lines.back().time_s);
    }
    lines.push_back(beat);
  }
  if (lines.empty()) {
    throw_error(ErrorKind::usage,
                "beats = {} holds no beats; write seconds, one per line, or export Audacity's labels", file);
  }
  return with_bars(lines);
}

}  // namespace spectradiff
