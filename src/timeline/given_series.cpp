#include "spectradiff/timeline/given_series.h"

#include <algorithm>
#include <array>
#include <utility>

#include "song_frames.h"
#include "spectradiff/base/error.h"
#include "spectradiff/base/number.h"
#include "spectradiff/base/text.h"

namespace spectradiff {
namespace {

constexpr std::array<std::string_view, 4> kPrefixes = {kStemPrefix, kMidiPrefix, kPitchPrefix, kLabelsPrefix};
constexpr double kLongest_s = 1e6;
constexpr int kHighestPitch = 127;

// Audacity writes points; some programs write commas, as their language does.
std::optional<double> seconds_of(std::string_view text) {
  std::string plain(trimmed(text));
  std::replace(plain.begin(), plain.end(), ',', '.');
  const auto value = parse_real(plain);
  return value && *value >= 0 && *value < kLongest_s ? value : std::nullopt;
}

std::optional<TimedLabel> label_of(std::string_view line) {
  const size_t tab = line.find('\t');
  if (tab == std::string_view::npos) return std::nullopt;
  const std::string_view rest = line.substr(tab + 1);
  const auto begin_s = seconds_of(line.substr(0, tab));
  const auto end_s = seconds_of(rest.substr(0, rest.find('\t')));
  if (!begin_s || !end_s || *end_s < *begin_s) return std::nullopt;
  return TimedLabel{*begin_s, *end_s};
}

// The frames that hold any of the time from one moment to another: [first, behind the last).
std::pair<int64_t, int64_t> frames_between(double begin_s, double end_s, const Features& song) {
  const int64_t first = std::min(frame_of_moment(begin_s, song), song.frames);
  int64_t behind = std::min(frame_of_moment(std::min(end_s, kLongest_s), song), song.frames);
  if (behind < song.frames && frame_begin_s(behind, song) < end_s) ++behind;
  return {first, std::min(std::max(behind, first + 1), song.frames)};
}

}  // namespace

bool is_given_prefix(std::string_view word) {
  return std::any_of(kPrefixes.begin(), kPrefixes.end(),
                     [=](std::string_view prefix) { return word == prefix.substr(0, prefix.size() - 1); });
}

std::optional<GivenName> given_name(std::string_view name) {
  for (const std::string_view prefix : kPrefixes) {
    if (!name.starts_with(prefix)) continue;
    const std::string_view rest = name.substr(prefix.size());
    const size_t colon = rest.find(':');
    GivenName given{std::string(prefix), std::string(rest.substr(0, colon)), std::nullopt};
    if (colon != std::string_view::npos) {
      const auto pitch = parse_integer(rest.substr(colon + 1));
      if (prefix != kMidiPrefix || !pitch || *pitch < 0 || *pitch > kHighestPitch) return std::nullopt;
      given.pitch = static_cast<int>(*pitch);
    }
    if (given.file.empty()) return std::nullopt;
    return given;
  }
  return std::nullopt;
}

bool is_given_name(std::string_view name) {
  return name == kChange || given_name(name).has_value();
}

std::vector<TimedLabel> parse_labels(std::string_view text, const std::string& source) {
  text = without_byte_order_mark(text);
  std::vector<TimedLabel> labels;
  for (int number = 1; !text.empty(); ++number) {
    const std::string_view line = take_line(text);
    if (trimmed(line).empty() || line.front() == '\\') continue;
    const auto label = label_of(line);
    if (!label) {
      throw_error(
          ErrorKind::input,
          "{}, line {}: \"{}\" is no label; Audacity's File > Export > Labels writes BEGIN, END and TEXT "
          "with tabs between, in seconds",
          source, number, shortened(line, 60));
    }
    labels.push_back(*label);
  }
  if (labels.empty()) throw_error(ErrorKind::input, "{} holds no labels", source);
  return labels;
}

Series note_series(const std::string& name, const std::vector<MidiNote>& notes, const Features& song) {
  const GivenName given = *given_name(name);
  Series series{name, "", std::vector<float>(static_cast<size_t>(song.frames))};
  if (given.prefix == kPitchPrefix) {
    // Before the first note its pitch stands already, so that nothing jumps there.
    size_t next = 0;
    for (size_t frame = 0; frame < series.values.size() && !notes.empty(); ++frame) {
      while (next < notes.size() && frame_of_moment(notes[next].begin_s, song) <= static_cast<int64_t>(frame))
        ++next;
      series.values[frame] = static_cast<float>(notes[next == 0 ? 0 : next - 1].pitch);
    }
    return series;
  }
  for (const MidiNote& note : notes) {
    if (given.pitch && note.pitch != *given.pitch) continue;
    const auto [first, behind] = frames_between(note.begin_s, note.end_s, song);
    for (int64_t frame = first; frame < behind; ++frame) {
      float& value = series.values[static_cast<size_t>(frame)];
      value = std::max(value, static_cast<float>(note.velocity));
    }
  }
  return series;
}

Series label_series(const std::string& name, const std::vector<TimedLabel>& labels, const Features& song) {
  Series series{name, "", std::vector<float>(static_cast<size_t>(song.frames))};
  for (const TimedLabel& label : labels) {
    const auto [first, behind] = frames_between(label.begin_s, label.end_s, song);
    for (int64_t frame = first; frame < behind; ++frame) series.values[static_cast<size_t>(frame)] = 1;
  }
  return series;
}

}  // namespace spectradiff
