#include "spectradiff/timeline/signals.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <set>

#include "formula.h"
#include "marked_error.h"
#include "relative.h"
#include "section_words.h"
#include "spectradiff/base/error.h"
#include "spectradiff/base/number.h"
#include "spectradiff/base/text.h"
#include "stages.h"

namespace spectradiff {
namespace {

constexpr size_t kMaxName = 64;

struct Word {
  std::string text;
  size_t at;
};

// Where the part that begins at `begin` ends: at a single |, or with the text.
size_t part_end(std::string_view text, size_t begin) {
  for (size_t i = begin; i < text.size(); ++i) {
    if (text[i] != '|') continue;
    if (i + 1 < text.size() && text[i + 1] == '|') {
      ++i;
    } else {
      return i;
    }
  }
  return text.size();
}

std::vector<Word> words_of(std::string_view text, size_t begin, size_t end) {
  constexpr std::string_view kBlanks = " \t\r\n";
  std::vector<Word> words;
  while (true) {
    begin = std::min(text.find_first_not_of(kBlanks, begin), end);
    if (begin == end) return words;
    const size_t last = std::min(text.find_first_of(kBlanks, begin), end);
    words.push_back({std::string(text.substr(begin, last - begin)), begin});
    begin = last;
  }
}

double number_of(std::string_view text, const Word& word) {
  const auto value = parse_real(word.text);
  if (!value) fail_at(text, word.at, word.text + " is not a plain decimal number");
  return *value;
}

std::vector<std::string> stage_names() {
  std::vector<std::string> names;
  for (const StageKind& kind : stage_kinds()) names.push_back(kind.name);
  return names;
}

constexpr std::string_view kKeys = "keys";

bool is_keys(std::string_view text) {
  const size_t begin = std::min(text.find_first_not_of(" \t\r\n"), text.size());
  if (!text.substr(begin).starts_with(kKeys)) return false;
  const size_t behind = begin + kKeys.size();
  const size_t first = text.find_first_not_of(" \t\r\n", behind);
  return first != std::string_view::npos && first > behind && is_digit(text[first]);
}

bool is_name(const std::string& text) {
  const auto fits = [](unsigned char c) { return std::isdigit(c) || std::islower(c) || c == '_'; };
  return !text.empty() && text.size() <= kMaxName && !std::isdigit(static_cast<unsigned char>(text[0])) &&
         std::all_of(text.begin(), text.end(), fits);
}

void check_name(const std::string& name) {
  if (!is_name(name)) {
    throw_error(
        ErrorKind::usage,
        "{} cannot be the name of a signal; a name has at most {} of a to z, 0 to 9 and _, and begins with a "
        "letter or _",
        shortened(name, kShownCharacters), kMaxName);
  }
  if (is_taken_name(name))
    throw_error(ErrorKind::usage, "{} means something already; a signal needs a name of its own", name);
}

void add_need(const ExpressionInput& input, FeatureRequest& request) {
  const auto in_beats = [](const MusicTime& time) { return time.unit == MusicTime::Unit::beats; };
  if (in_beats(input.offset) || (input.shape.time && in_beats(*input.shape.time)) || input.name == "tempo")
    request.beats = true;
  if (input.name == "since_onset") request.onsets = true;
  if (input.name.starts_with("beat_") || input.name.starts_with("bar_") || input.name == "beats" ||
      input.name == "bars" || input.name == "since_beat" || input.shape.kind == InputShape::Kind::held) {
    request.beats = true;
    request.series.insert({"beat_phase", "bar_phase"});
  }
  if (is_section_word(input.name)) request.sections = true;
  if (const auto compared = series_of_relative(input.name)) request.series.insert(*compared);
  if (is_series_name(input.name)) request.series.insert(input.name);
  if (input.name.starts_with(kRawPrefix))
    request.series.insert(input.name.substr(std::string_view(kRawPrefix).size()));
}

}  // namespace

size_t max_signal_bytes(std::string_view text) {
  return is_keys(text) ? kMaxKeysBytes : kMaxSignalBytes;
}

Expression Signal::read_source(std::string_view text, std::span<const std::string> signals) {
  if (text.size() > max_signal_bytes(text)) {
    fail_at(text, 0,
            fmt::format("it has {} bytes, and a signal has at most {}", text.size(), max_signal_bytes(text)));
  }
  if (is_keys(text)) return {"0", signals};
  const size_t end = part_end(text, 0);
  const std::vector<Word> words = words_of(text, 0, end);
  if (words.size() < 2 || words[0].text != "band" || words[1].text[0] == '(')
    return Expression(text, 0, end, signals);
  if (words.size() != 3) fail_at(text, words[0].at, "a band has two frequencies in Hz, as in band 40 120");
  const double low = number_of(text, words[1]);
  const double high = number_of(text, words[2]);
  if (low < 0 || low >= high) fail_at(text, words[1].at, "a band's first frequency must be below its second");
  return {fmt::format("band({},{})", format_real(low), format_real(high)), signals};
}

void Signal::read_keys(std::string_view text) {
  const size_t end = part_end(text, 0);
  for (size_t begin = text.find(kKeys) + kKeys.size(); begin < end;) {
    const size_t comma = std::min(text.find(',', begin), end);
    const std::vector<Word> words = words_of(text, begin, comma);
    if (words.size() != 2) fail_at(text, begin, "a key is a time and a number: keys 0s 1, 2.5s 3");
    const auto at = parse_music_time(words[0].text);
    if (!at || at->unit == MusicTime::Unit::beats || at->value < 0)
      fail_at(text, words[0].at, words[0].text + " is not a time such as 2f, 30ms or 0.5s");
    keys_.push_back({*at, number_of(text, words[1])});
    begin = comma + 1;
  }
  if (keys_.empty()) fail_at(text, 0, "there are no keys; write keys 0s 1, 2.5s 3");
}

void Signal::fill_from_keys(std::vector<double>& values, const Rational& fps) const {
  std::vector<std::pair<double, double>> points;  // frame, value
  for (const Key& key : keys_) points.emplace_back(key.at.frames(fps, 1), key.value);
  std::stable_sort(points.begin(), points.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  size_t next = 0;  // the first point behind the frame
  for (size_t frame = 0; frame < values.size(); ++frame) {
    // A key stands on its frame although seconds are rounded.
    const double now = static_cast<double>(frame) + 1e-9;
    while (next < points.size() && points[next].first <= now) ++next;
    if (next == 0 || next == points.size()) {
      values[frame] = next == 0 ? points.front().second : points.back().second;
      continue;
    }
    const auto& [from, low] = points[next - 1];
    const auto& [to, high] = points[next];
    values[frame] =
        std::lerp(low, high, std::clamp((static_cast<double>(frame) - from) / (to - from), 0.0, 1.0));
  }
}

Signal::Signal(std::string_view text, std::span<const std::string> signals)
    : source_(read_source(text, signals)) {
  if (is_keys(text)) read_keys(text);
  for (size_t end = part_end(text, 0); end < text.size();) {
    const size_t begin = end + 1;
    end = part_end(text, begin);
    const std::vector<Word> words = words_of(text, begin, end);
    if (words.empty()) fail_at(text, begin, "a stage is missing here: one of " + join(stage_names(), ", "));
    const StageKind* kind = find_stage(words[0].text);
    if (kind == nullptr) {
      fail_at(text, words[0].at,
              fmt::format("there is no stage {}{}; there are {}", words[0].text,
                          suggestion(words[0].text, stage_names()), join(stage_names(), ", ")));
    }
    const auto optional = std::count_if(kind->arguments.begin(), kind->arguments.end(),
                                        [](char c) { return c == 'N' || c == 'T'; });
    const size_t given = words.size() - 1;
    if (given > kind->arguments.size() || given + static_cast<size_t>(optional) < kind->arguments.size())
      fail_at(text, words[0].at, fmt::format("write it as {}: {}, for example", kind->usage, kind->example));
    Stage stage{kind->name, {}, {}};
    for (size_t i = 0; i < given; ++i) {
      const Word& word = words[i + 1];
      if (kind->arguments[i] != 't' && kind->arguments[i] != 'T') {
        stage.numbers.push_back(number_of(text, word));
        continue;
      }
      const auto time = parse_music_time(word.text);
      if (!time || (time->value < 0 && !kind->negative_times))
        fail_at(text, word.at, word.text + " is not a time such as 2f, 30ms, 0.5s or 1beat");
      stage.times.push_back(*time);
    }
    if (kind->name == "norm" && given > 0 && !(stage.numbers[0] > 0 && stage.numbers[0] <= 100))
      fail_at(text, words[1].at, "a percentile must be above 0 and at most 100");
    stages_.push_back(std::move(stage));
  }
}

bool Signal::counts_beats() const {
  return std::any_of(stages_.begin(), stages_.end(), [](const Stage& stage) {
    return std::any_of(stage.times.begin(), stage.times.end(),
                       [](const MusicTime& time) { return time.unit == MusicTime::Unit::beats; });
  });
}

void Signal::shape(std::vector<double>& values, const Rational& fps, double tempo_bpm) const {
  if (values.empty()) return;
  if (!keys_.empty()) fill_from_keys(values, fps);
  for (const Stage& stage : stages_) {
    std::vector<double> times;
    times.reserve(stage.times.size());
    for (const MusicTime& time : stage.times) times.push_back(time.frames(fps, tempo_bpm));
    find_stage(stage.name)->apply(values, times, stage.numbers, fps.to_double());
  }
}

std::vector<std::string> signal_stages() {
  std::vector<std::string> usages;
  for (const StageKind& kind : stage_kinds()) usages.push_back(kind.usage);
  return usages;
}

SignalSet::SignalSet(const std::map<std::string, std::string>& texts) {
  if (texts.size() > kMaxSignals) {
    throw_error(ErrorKind::usage, "there are {} signals, and at most {} are taken", texts.size(),
                kMaxSignals);
  }
  for (const auto& [name, text] : texts) {
    check_name(name);
    names_.push_back(name);
  }
  for (const auto& [name, text] : texts) {
    try {
      signals_.emplace(name, Signal(text, names_));
    } catch (const Error& error) {
      throw_error(error.kind(), "{} = {} {}", name, shortened(text, kShownCharacters), error.what());
    }
  }
  refuse_circles();
}

// Signals whose needs are all met are taken out, which may meet the needs of others; what is left goes in
// circles.
void SignalSet::refuse_circles() const {
  std::map<std::string, std::set<std::string>> needs, read_by;
  for (const auto& [name, signal] : signals_) {
    for (const ExpressionInput& input : signal.source().inputs()) {
      if (find(input.name) == nullptr) continue;
      needs[name].insert(input.name);
      read_by[input.name].insert(name);
    }
  }
  std::vector<std::string> met;
  for (const std::string& name : names_) {
    if (!needs.contains(name)) met.push_back(name);
  }
  for (size_t i = 0; i < met.size(); ++i) {
    for (const std::string& reader : read_by[std::string(met[i])]) {
      needs[reader].erase(met[i]);
      if (!needs[reader].empty()) continue;
      needs.erase(reader);
      met.push_back(reader);
    }
  }
  if (needs.empty()) return;
  std::vector<std::string> circle;
  for (const auto& [name, open] : needs) circle.push_back(name);
  throw_error(ErrorKind::usage, "{} depends on itself, by way of {}", circle.front(),
              shortened(join(circle, ", "), kShownCharacters));
}

const Signal* SignalSet::find(const std::string& name) const {
  const auto found = signals_.find(name);
  return found == signals_.end() ? nullptr : &found->second;
}

template <typename Visit>
void SignalSet::visit(const Expression& expression, Visit visit) const {
  std::set<std::string> known;
  std::vector<const Expression*> open = {&expression};
  while (!open.empty()) {
    const Expression& reader = *open.back();
    open.pop_back();
    for (const ExpressionInput& input : reader.inputs()) {
      const Signal* signal = find(input.name);
      visit(input, signal);
      if (signal != nullptr && known.insert(input.name).second) open.push_back(&signal->source());
    }
  }
}

void SignalSet::add_needs(const Expression& expression, FeatureRequest& request) const {
  visit(expression, [&](const ExpressionInput& input, const Signal* signal) {
    add_need(input, request);
    if (signal != nullptr && signal->counts_beats()) request.beats = true;
  });
}

std::set<std::string> SignalSet::reads(const Expression& expression) const {
  std::set<std::string> names;
  visit(expression, [&](const ExpressionInput& input, const Signal*) { names.insert(input.name); });
  return names;
}

}  // namespace spectradiff
