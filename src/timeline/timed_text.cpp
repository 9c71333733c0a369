#include "timed_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string>

#include "spectradiff/base/number.h"
#include "spectradiff/base/text.h"

namespace spectradiff {
namespace {

constexpr std::string_view kArrow = "-->";

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) lines.push_back(trimmed(take_line(text)));
  return lines;
}

// "1:30.50", "00:01:30,500": seconds.
std::optional<double> clock_of(std::string_view text) {
  double seconds = 0;
  int fields = 0;
  while (true) {
    const size_t colon = text.find(':');
    std::string field(text.substr(0, colon));
    std::replace(field.begin(), field.end(), ',', '.');
    const size_t digits = field.find_first_not_of('0');
    if (field.empty() || field.front() < '0' || field.front() > '9') return std::nullopt;
    if (digits == std::string::npos) {
      field = "0";
    } else if (digits > 0) {
      field.erase(0, field[digits] == '.' ? digits - 1 : digits);
    }
    const auto value = parse_real(field);
    if (!value || *value < 0) return std::nullopt;
    seconds = seconds * 60 + *value;
    ++fields;
    if (colon == std::string_view::npos) break;
    text.remove_prefix(colon + 1);
  }
  constexpr double kLongest = 1e6;
  return fields >= 2 && seconds < kLongest ? std::optional(seconds) : std::nullopt;
}

std::string without_tags(std::string_view text) {
  std::string plain;
  bool inside = false;
  for (const char c : text) {
    if (c == '<' || c == '>') {
      inside = c == '<';
    } else if (!inside) {
      plain += c;
    }
  }
  return std::string(trimmed(plain));
}

using Texts = std::map<int64_t, std::string>;  // by milliseconds

// The words between the line's first brackets, which it then no longer has.
std::optional<std::string_view> take_brackets(std::string_view& line) {
  if (!line.starts_with('[')) return std::nullopt;
  const size_t end = line.find(']');
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view inside = line.substr(1, end - 1);
  line.remove_prefix(end + 1);
  return inside;
}

Texts read_lrc(const std::vector<std::string_view>& lines) {
  Texts texts;
  double offset_ms = 0;
  for (std::string_view line : lines) {
    std::vector<double> times_s;
    while (const auto inside = take_brackets(line)) {
      constexpr std::string_view kOffset = "offset:";
      if (const auto time_s = clock_of(*inside)) {
        times_s.push_back(*time_s);
      } else if (inside->starts_with(kOffset)) {
        std::string_view number = trimmed(inside->substr(kOffset.size()));
        if (number.starts_with('+')) number.remove_prefix(1);
        offset_ms = parse_real(number).value_or(0);
      }
    }
    // A positive offset shows texts earlier.
    for (const double time_s : times_s)
      texts[std::max<int64_t>(0, std::llround(time_s * 1000 - offset_ms))] = without_tags(line);
  }
  return texts;
}

Texts read_subrip(const std::vector<std::string_view>& lines) {
  Texts texts;
  for (size_t i = 0; i < lines.size(); ++i) {
    const size_t arrow = lines[i].find(kArrow);
    if (arrow == std::string_view::npos) continue;
    const auto begin_s = clock_of(trimmed(lines[i].substr(0, arrow)));
    std::string_view end = trimmed(lines[i].substr(arrow + kArrow.size()));
    const auto end_s = clock_of(end.substr(0, end.find(' ')));
    if (!begin_s || !end_s) continue;
    std::string text;
    for (++i; i < lines.size() && !lines[i].empty(); ++i)
      text += (text.empty() ? "" : " ") + without_tags(lines[i]);
    texts[std::llround(*begin_s * 1000)] = text;
    texts.try_emplace(std::llround(*end_s * 1000));  // then the job's prompt, unless another text begins
  }
  return texts;
}

}  // namespace

std::optional<std::vector<Scene>> parse_timed_text(std::string_view text) {
  const std::vector<std::string_view> lines = lines_of(text);
  const auto is_lrc = [](std::string_view line) {
    const auto inside = take_brackets(line);
    return inside && clock_of(*inside);
  };
  const auto is_subrip = [](std::string_view line) {
    const size_t arrow = line.find(kArrow);
    return arrow != std::string_view::npos && clock_of(trimmed(line.substr(0, arrow)));
  };
  Texts texts;
  if (std::any_of(lines.begin(), lines.end(), is_subrip)) {
    texts = read_subrip(lines);
  } else if (std::any_of(lines.begin(), lines.end(), is_lrc)) {
    texts = read_lrc(lines);
  }
  if (texts.empty()) return std::nullopt;
  std::vector<Scene> scenes;
  for (auto& [time_ms, prompt] : texts) {
    Scene& scene = scenes.emplace_back();
    scene.when = fmt::format("{}ms", time_ms);
    scene.prompt = std::move(prompt);
  }
  return scenes;
}

}  // namespace spectradiff
