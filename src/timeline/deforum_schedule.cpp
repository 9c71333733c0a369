#include "spectradiff/timeline/deforum_schedule.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cmath>
#include <map>
#include <optional>

#include "spectradiff/base/error.h"
#include "spectradiff/base/number.h"
#include "spectradiff/base/text.h"
#include "spectradiff/timeline/expression.h"

namespace spectradiff {
namespace {

constexpr int kDeepest = 64;

[[noreturn]] void refuse_schedule(std::string_view text, const std::string& why) {
  throw_error(ErrorKind::usage, "\"{}\" {}", shortened(text, 200), why);
}

// As Python reads them: "1", "-.5", "2.", "1e-3".
std::optional<double> python_number(std::string_view text) {
  text = trimmed(text);
  if (text.starts_with('+')) text.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

// From numexpr's language to that of expressions.
class Translator {
 public:
  Translator(std::string_view text, const ScheduleScope& scope, std::string frame)
      : text_(text), scope_(scope), frame_(std::move(frame)) {}

  std::string translate() {
    std::string done = sequence(0);
    if (at_ < text_.size()) refuse_schedule(text_, "has a ) too many");
    return done;
  }

 private:
  // Up to a comma or closing parenthesis of its own level, or the end.
  std::string sequence(int depth) {
    if (depth > kDeepest) refuse_schedule(text_, "has too many parentheses");
    std::string done;
    while (at_ < text_.size() && text_[at_] != ',' && text_[at_] != ')') {
      const char c = text_[at_];
      if (std::isspace(static_cast<unsigned char>(c))) {
        ++at_;
      } else if (is_digit(c) || c == '.') {
        done += number();
      } else if (std::isalpha(static_cast<unsigned char>(c)) || c == '_') {
        done += name(depth);
      } else if (c == '(') {
        ++at_;
        done += "(" + sequence(depth + 1) + ")";
        close();
      } else {
        done += symbol();
      }
    }
    if (done.empty()) refuse_schedule(text_, "lacks a value");
    return done;
  }

  void close() {
    if (at_ >= text_.size() || text_[at_] != ')') refuse_schedule(text_, "lacks a )");
    ++at_;
  }

  std::string number() {
    double value = 0;
    const auto [end, error] = std::from_chars(text_.data() + at_, text_.data() + text_.size(), value);
    if (error != std::errc()) refuse_schedule(text_, "holds what is no number");
    at_ = static_cast<size_t>(end - text_.data());
    return format_real(value);
  }

  std::string symbol() {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 17> kSymbols = {{{"**", "^"},
                                                                                         {"<=", "<="},
                                                                                         {">=", ">="},
                                                                                         {"==", "=="},
                                                                                         {"!=", "!="},
                                                                                         {"&&", "&&"},
                                                                                         {"||", "||"},
                                                                                         {"&", "&&"},
                                                                                         {"|", "||"},
                                                                                         {"~", "!"},
                                                                                         {"<", "<"},
                                                                                         {">", ">"},
                                                                                         {"+", "+"},
                                                                                         {"-", "-"},
                                                                                         {"*", "*"},
                                                                                         {"/", "/"},
                                                                                         {"%", "%"}}};
    for (const auto& [theirs, ours] : kSymbols) {
      if (!text_.substr(at_).starts_with(theirs)) continue;
      at_ += theirs.size();
      return std::string(ours);
    }
    refuse_schedule(text_, fmt::format("holds {}, which means nothing here", text_.substr(at_, 1)));
  }

  std::vector<std::string> arguments(int depth) {
    std::vector<std::string> found;
    do {
      ++at_;  // ( or ,
      found.push_back(sequence(depth + 1));
    } while (at_ < text_.size() && text_[at_] == ',');
    close();
    return found;
  }

  std::string name(int depth) {
    const size_t begin = at_;
    while (at_ < text_.size() && (std::isalnum(static_cast<unsigned char>(text_[at_])) || text_[at_] == '_'))
      ++at_;
    const std::string word(text_.substr(begin, at_ - begin));
    while (at_ < text_.size() && text_[at_] == ' ') ++at_;
    if (at_ < text_.size() && text_[at_] == '(') return call(word, arguments(depth));
    if (word == "t") return frame_;
    if (word == "s") return format_real(scope_.seed);
    if (word == "max_f" || word == "max_frames")
      return format_real(scope_.last_frame + (word == "max_f" ? 0 : 1));
    if (word == "pi") return word;
    refuse_schedule(text_, fmt::format("reads {}; t, s and max_f are known", word));
  }

  std::string call(const std::string& word, const std::vector<std::string>& given) {
    static const std::map<std::string, std::pair<std::string, size_t>> kSame = {
        {"sin", {"sin", 1}},     {"cos", {"cos", 1}},       {"tan", {"tan", 1}},   {"arcsin", {"asin", 1}},
        {"arccos", {"acos", 1}}, {"arctan", {"atan", 1}},   {"sinh", {"sinh", 1}}, {"cosh", {"cosh", 1}},
        {"tanh", {"tanh", 1}},   {"arctan2", {"atan2", 2}}, {"sqrt", {"sqrt", 1}}, {"exp", {"exp", 1}},
        {"log", {"log", 1}},     {"log10", {"log10", 1}},   {"abs", {"abs", 1}},   {"floor", {"floor", 1}},
        {"ceil", {"ceil", 1}}};
    if (const auto same = kSame.find(word); same != kSame.end() && same->second.second == given.size())
      return same->second.first + "(" + join(given, ", ") + ")";
    if (word == "where" && given.size() == 3)
      return fmt::format("(({}) ? ({}) : ({}))", given[0], given[1], given[2]);
    if ((word == "min" || word == "max") && given.size() > 1) return word + "(" + join(given, ", ") + ")";
    if (word == "log1p" && given.size() == 1) return fmt::format("log(1 + ({}))", given[0]);
    if (word == "expm1" && given.size() == 1) return fmt::format("(exp({}) - 1)", given[0]);
    refuse_schedule(text_, fmt::format("calls {}, which is not known with {}", word,
                                       counted(std::ssize(given), "argument")));
  }

  const std::string_view text_;
  const ScheduleScope& scope_;
  const std::string frame_;
  size_t at_ = 0;
};

std::string translated(std::string_view text, const ScheduleScope& scope, const std::string& frame) {
  std::string done = Translator(text, scope, frame).translate();
  try {
    const Expression understood(done, {});
  } catch (const Error& error) {
    refuse_schedule(text, fmt::format("is not understood: {} {}", done, error.what()));
  }
  return done;
}

// The other program's frame, at any rate of ours.
std::string frame_at(const Rational& fps) {
  return fmt::format("(f*{}/fps)", format_real(fps.to_double()));
}

struct Key {
  double frame;
  std::string text;
  std::optional<double> number;
};

std::vector<Key> keys_of(std::string_view text, const ScheduleScope& scope) {
  std::vector<Key> keys;
  size_t at = 0;
  while (true) {
    at = std::min(text.find_first_not_of(" \t\r\n,", at), text.size());
    if (at == text.size()) break;
    const size_t colon = text.find(':', at);
    const size_t open =
        colon == std::string_view::npos ? colon : text.find_first_not_of(" \t\r\n", colon + 1);
    if (open == std::string_view::npos || text[open] != '(')
      refuse_schedule(text, "is no schedule; 0:(1.02), 30:(1+0.1*sin(t/9)) is one");
    size_t end = open;
    for (int depth = 0; end < text.size(); ++end) {
      if (text[end] == '(') ++depth;
      if (text[end] == ')' && --depth == 0) break;
    }
    if (end == text.size()) refuse_schedule(text, "lacks a )");
    const std::string_view value = trimmed(text.substr(open + 1, end - open - 1));
    keys.push_back(
        {schedule_frame(text.substr(at, colon - at), scope), std::string(value), python_number(value)});
    at = end + 1;
  }
  if (keys.empty()) refuse_schedule(text, "holds no keys");
  std::stable_sort(keys.begin(), keys.end(), [](const Key& a, const Key& b) { return a.frame < b.frame; });
  return keys;
}

// From this key to the next one.
std::string stretch(const std::vector<Key>& keys, size_t i, const ScheduleScope& scope) {
  const std::string frame = frame_at(scope.fps);
  const Key& key = keys[i];
  if (!key.number) return translated(key.text, scope, frame);
  const std::string from = format_real(*key.number);
  if (i + 1 == keys.size()) return from;
  const Key& next = keys[i + 1];
  const std::string to = next.number ? format_real(*next.number)
                                     : translated(next.text, scope, "(" + format_real(next.frame) + ")");
  if (to == from) return from;
  return fmt::format("mix({}, {}, ({} - {})/{})", from, to, frame, format_real(key.frame),
                     format_real(next.frame - key.frame));
}

}  // namespace

double schedule_frame(std::string_view text, const ScheduleScope& scope) {
  text = trimmed(text);
  while (!text.empty() && (text.front() == '"' || text.front() == '\'' || text.front() == '\\'))
    text.remove_prefix(1);
  while (!text.empty() && (text.back() == '"' || text.back() == '\'' || text.back() == '\\'))
    text.remove_suffix(1);
  const auto number = python_number(text);
  const double frame = number ? *number : Expression(translated(text, scope, "(0)"), {}).evaluate({});
  if (!std::isfinite(frame)) refuse_schedule(text, "is no frame");
  return std::floor(frame);
}

std::string signal_of_schedule(std::string_view text, const ScheduleScope& scope) {
  std::vector<Key> keys = keys_of(text, scope);
  // Of keys in one frame the last one counts.
  for (size_t i = 0; i + 1 < keys.size();) {
    if (keys[i].frame == keys[i + 1].frame) {
      keys.erase(keys.begin() + static_cast<std::ptrdiff_t>(i));
    } else {
      ++i;
    }
  }
  if (std::all_of(keys.begin(), keys.end(), [](const Key& key) { return key.number.has_value(); })) {
    std::vector<std::pair<double, double>> points;
    for (const Key& key : keys) points.emplace_back(key.frame, *key.number);
    return signal_of_keys(points, scope.fps);
  }
  std::string done;
  for (size_t i = 0; i + 1 < keys.size(); ++i)
    done += fmt::format("{} < {} ? {} : ", frame_at(scope.fps), format_real(keys[i + 1].frame),
                        stretch(keys, i, scope));
  done += stretch(keys, keys.size() - 1, scope);
  try {
    const Expression understood(done, {});
  } catch (const Error& error) {
    refuse_schedule(text, fmt::format("does not fit into one expression: {}", error.what()));
  }
  return done;
}

std::string signal_of_keys(const std::vector<std::pair<double, double>>& keys, const Rational& fps) {
  constexpr double kTolerance = 1e-9;
  std::vector<std::pair<double, double>> kept;
  for (size_t i = 0; i < keys.size(); ++i) {
    if (!kept.empty() && i + 1 < keys.size()) {
      const auto& [from, low] = kept.back();
      const auto& [to, high] = keys[i + 1];
      // Every key that was left out since must lie on the line, too.
      bool straight = true;
      for (size_t k = i + 1; k-- > 0 && keys[k].first > from && straight;) {
        const double line = std::lerp(low, high, (keys[k].first - from) / (to - from));
        straight = std::abs(line - keys[k].second) <= kTolerance * std::max(1.0, std::abs(line));
      }
      if (straight) continue;
    }
    kept.push_back(keys[i]);
  }
  const bool constant = std::all_of(kept.begin(), kept.end(),
                                    [&](const auto& key) { return key.second == kept.front().second; });
  if (constant) return format_real(kept.front().second);
  std::string done = "keys ";
  for (size_t i = 0; i < kept.size(); ++i) {
    done += fmt::format("{}{}s {}", i == 0 ? "" : ", ", format_real(kept[i].first / fps.to_double()),
                        format_real(kept[i].second));
  }
  return done;
}

}  // namespace spectradiff
