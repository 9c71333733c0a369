#include "formula.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <numbers>
#include <optional>

#include "marked_error.h"
#include "spectradiff/base/number.h"
#include "spectradiff/base/text.h"
#include "spectradiff/features/series.h"
#include "spectradiff/timeline/given_series.h"

namespace spectradiff {
namespace {

constexpr const char* kAt = "at";
constexpr const char* kBand = "band";
constexpr const char* kRaw = "raw";
constexpr const char* kNorm = "norm";
constexpr const char* kRel = "rel";
constexpr const char* kQuantize = "quantize";
constexpr const char* kPi = "pi";

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

struct Token {
  enum class Kind { number, name, symbol, end } kind = Kind::end;
  std::string text;
  size_t at = 0;     // byte in the whole text
  double value = 0;  // of a number
  std::string unit;  // letters right behind a number
};

// Cuts an expression into tokens.
class Scanner {
 public:
  Scanner(std::string_view text, size_t begin, size_t end) : text_(text), at_(begin), end_(end) {}

  std::vector<Token> scan() {
    std::vector<Token> tokens;
    while (true) {
      while (at_ < end_ && is_blank(text_[at_])) ++at_;
      tokens.push_back(at_ == end_ ? Token{Token::Kind::end, "", end_, 0, ""} : next());
      if (tokens.back().kind == Token::Kind::end) return tokens;
    }
  }

 private:
  Token next() {
    const char c = text_[at_];
    if (is_digit(c) || (c == '.' && at_ + 1 < end_ && is_digit(text_[at_ + 1]))) return number();
    if (is_letter(c)) return name();
    return symbol();
  }

  Token name() {
    const size_t begin = at_;
    std::string text = take_word();
    if (is_given_prefix(text) && at_ + 1 < end_ && text_[at_] == ':' && is_letter(text_[at_ + 1])) {
      text += text_[at_++];
      text += take_word();
      // The number of a note.
      if (at_ + 1 < end_ && text_[at_] == ':' && is_digit(text_[at_ + 1]) && text.starts_with(kMidiPrefix)) {
        text += text_[at_++];
        text += take_word();
      }
    }
    return {Token::Kind::name, text, begin, 0, ""};
  }

  std::string take_word() {
    const size_t begin = at_;
    while (at_ < end_ && (is_letter(text_[at_]) || is_digit(text_[at_]))) ++at_;
    return std::string(text_.substr(begin, at_ - begin));
  }

  void skip_digits() {
    while (at_ < end_ && is_digit(text_[at_])) ++at_;
  }

  Token number() {
    const size_t begin = at_;
    skip_digits();
    if (at_ < end_ && text_[at_] == '.') {
      ++at_;
      skip_digits();
    }
    if (at_ < end_ && (text_[at_] == 'e' || text_[at_] == 'E')) {
      size_t exponent = at_ + 1;
      if (exponent < end_ && (text_[exponent] == '+' || text_[exponent] == '-')) ++exponent;
      if (exponent < end_ && is_digit(text_[exponent])) {
        at_ = exponent;
        skip_digits();
      }
    }
    Token token{Token::Kind::number, std::string(text_.substr(begin, at_ - begin)), begin, 0, ""};
    const auto value = parse_real(token.text.front() == '.' ? "0" + token.text : token.text);
    if (!value) fail_at(text_, begin, token.text + " is not a plain decimal number");
    token.value = *value;
    if (at_ < end_ && is_letter(text_[at_])) token.unit = take_word();
    if (at_ < end_ && text_[at_] == '.') fail_at(text_, at_, "a number has only one decimal point");
    return token;
  }

  Token symbol() {
    const size_t begin = at_;
    for (const std::string_view two : {"&&", "||", "==", "!=", "<=", ">="}) {
      if (text_.substr(at_, std::min<size_t>(2, end_ - at_)) == two) {
        at_ += 2;
        return {Token::Kind::symbol, std::string(two), begin, 0, ""};
      }
    }
    const char c = text_[at_];
    if (c == '=') fail_at(text_, at_, "a single = has no meaning here; == compares");
    if (c == '&') fail_at(text_, at_, "and is written &&");
    if (c == '|') fail_at(text_, at_, "or is written ||");
    if (std::string_view("+-*/%^<>!?:(),").find(c) == std::string_view::npos) {
      const size_t length = std::max<size_t>(1, utf8_character_length(text_.substr(at_)));
      const std::string shown = is_control(c) ? "this" : std::string(text_.substr(at_, length));
      fail_at(text_, at_, shown + " has no meaning here");
    }
    ++at_;
    return {Token::Kind::symbol, std::string(1, c), begin, 0, ""};
  }

  const std::string_view text_;
  size_t at_;
  const size_t end_;
};

bool is_counter(const std::string& name) {
  return std::any_of(expression_counters().begin(), expression_counters().end(),
                     [&](const Counter& counter) { return counter.name == name; });
}

// Checks the grammar and writes the formula. What is open is kept on a stack, so nothing recurses.
class Reader {
 public:
  Reader(std::string_view text, size_t begin, size_t end, std::span<const std::string> signals)
      : text_(text), tokens_(Scanner(text, begin, end).scan()), signals_(signals) {}

  Formula read() {
    while (true) {
      operand();
      while (behind_operand()) {
      }
      if (token().kind == Token::Kind::end) break;
      binary();
    }
    if (!open_.empty()) {
      fail_at(text_, open_.back().at,
              open_.back().kind == Open::Kind::choice ? "a ? needs its :" : "this ( is never closed");
    }
    return std::move(formula_);
  }

 private:
  struct Open {
    enum class Kind { parenthesis, function, choice } kind;
    size_t at;
    const ExpressionFunction* function = nullptr;
    int arguments = 1;
  };

  const Token& token() const { return tokens_[next_]; }
  bool is(const char* symbol) const { return token().kind == Token::Kind::symbol && token().text == symbol; }
  void write(const std::string& word) { formula_.text += word + " "; }

  void open(Open one) {
    if (open_.size() == kMaxExpressionDepth) {
      fail_at(text_, one.at,
              fmt::format("parentheses and choices may be nested {} deep, and this is one more",
                          kMaxExpressionDepth));
    }
    open_.push_back(one);
  }

  // Everything up to a value: signs, opening parentheses, the value itself.
  void operand() {
    bool prefixed = false;
    while (token().kind == Token::Kind::symbol) {
      if (is("(")) {
        open({Open::Kind::parenthesis, token().at});
        write("(");
        prefixed = false;
      } else if (is("-") || is("+") || is("!")) {
        if (prefixed) fail_at(text_, token().at, "two signs in a row; put the second one into parentheses");
        if (!is("+")) write(token().text);
        prefixed = true;
      } else {
        fail_at(text_, token().at, "a value is missing before " + token().text);
      }
      ++next_;
    }
    if (token().kind == Token::Kind::end) fail_at(text_, token().at, "a value is missing at the end");
    if (token().kind == Token::Kind::number) {
      number(plain_number());
    } else {
      name();
    }
  }

  // What may stand behind a value and leaves a value: closing parentheses. True while there is more.
  bool behind_operand() {
    if (!is(")")) return false;
    if (open_.empty()) fail_at(text_, token().at, "this ) has no ( before it");
    const Open closed = open_.back();
    if (closed.kind == Open::Kind::choice) fail_at(text_, closed.at, "a ? needs its :");
    if (closed.kind == Open::Kind::function) check_count(closed, token().at);
    open_.pop_back();
    write(")");
    ++next_;
    return true;
  }

  void binary() {
    if (token().kind != Token::Kind::symbol || is("(") || is("!")) {
      fail_at(text_, token().at, "an operator is missing before " + token().text + token().unit);
    }
    if (is(",")) {
      if (open_.empty() || open_.back().kind != Open::Kind::function) {
        fail_at(text_, token().at,
                !open_.empty() && open_.back().kind == Open::Kind::choice
                    ? "a ? needs its : before the comma"
                    : "a comma separates a function's arguments only; decimals have a point");
      }
      ++open_.back().arguments;
    } else if (is("?")) {
      open({Open::Kind::choice, token().at});
    } else if (is(":")) {
      if (open_.empty() || open_.back().kind != Open::Kind::choice)
        fail_at(text_, token().at, "this : has no ? before it");
      open_.pop_back();
    }
    write(token().text);
    ++next_;
  }

  void check_count(const Open& call, size_t at) {
    const ExpressionFunction& function = *call.function;
    if (call.arguments >= function.min_arguments() && call.arguments <= function.max_arguments()) return;
    fail_at(text_, at,
            fmt::format("{}({}) does not take {}", function.name, function.arguments,
                        counted(call.arguments, "argument")));
  }

  void number(double value) {
    write(fmt::format("k{}", formula_.numbers.size()));
    formula_.numbers.push_back(value);
  }

  double plain_number() {
    if (token().kind != Token::Kind::number) fail_at(text_, token().at, "a plain number is expected here");
    if (!token().unit.empty()) {
      fail_at(text_, token().at,
              fmt::format("{}{} is not a plain decimal number; times stand in at(NAME, -2f) only",
                          token().text, token().unit));
    }
    return tokens_[next_++].value;
  }

  void expect(const char* symbol) {
    if (!is(symbol)) fail_at(text_, token().at, std::string(symbol) + " is expected here");
    ++next_;
  }

  void input(const std::string& name, MusicTime offset, const InputShape& shape = {}) {
    const ExpressionInput read{name, offset, shape};
    const auto found = std::find(formula_.inputs.begin(), formula_.inputs.end(), read);
    write(fmt::format("v{}", found - formula_.inputs.begin()));
    if (found == formula_.inputs.end()) formula_.inputs.push_back(read);
  }

  bool is_call() const {
    const Token& behind = tokens_[next_ + 1];
    return behind.kind == Token::Kind::symbol && behind.text == "(";
  }

  void name() {
    const Token& token = tokens_[next_];
    if (token.text == kAt && is_call()) {
      next_ += 2;
      const std::string name = source();
      expect(",");
      const MusicTime offset = distance();
      expect(")");
      input(name, offset);
    } else if ((token.text == kNorm || token.text == kRel || token.text == kQuantize) && is_call()) {
      shaped_input();
    } else if (token.text == kPi) {
      number(std::numbers::pi);
      ++next_;
    } else if (const ExpressionFunction* function = find_function(token.text)) {
      call(*function);
    } else {
      input(source(), {});
    }
  }

  // norm(NAME, P), norm(NAME, P, T), rel(NAME, T) or quantize(NAME, 4beats).
  void shaped_input() {
    const std::string kind = token().text;
    next_ += 2;
    const std::string name = source();
    InputShape shape;
    if (kind == kNorm) {
      shape.kind = InputShape::Kind::percentile;
      if (is(",")) {
        ++next_;
        const size_t at = token().at;
        shape.percent = plain_number();
        if (!(shape.percent > 0 && shape.percent <= 100))
          fail_at(text_, at, "a percentile must be above 0 and at most 100");
      }
      if (is(",")) {
        ++next_;
        shape.time = length();
      }
    } else if (kind == kRel) {
      shape.kind = InputShape::Kind::average;
      expect(",");
      shape.time = length();
    } else {
      shape.kind = InputShape::Kind::held;
      expect(",");
      const Token& count = token();
      shape.of_bars = count.unit == "bar" || count.unit == "bars";
      const bool of_beats = count.unit == "beat" || count.unit == "beats";
      if (count.kind != Token::Kind::number || !(count.value > 0) || (!shape.of_bars && !of_beats))
        fail_at(text_, count.at,
                "a number of beats or bars is expected: quantize(onset, 1beat), 2beats, 1bar, 4bars");
      shape.count = count.value;
      ++next_;
    }
    expect(")");
    input(name, {}, shape);
  }

  MusicTime length() {
    const size_t at = token().at;
    const MusicTime time = distance();
    if (!(time.value > 0)) fail_at(text_, at, "a time above 0 is expected here, such as 4s or 8beats");
    return time;
  }

  void call(const ExpressionFunction& function) {
    if (!is_call()) {
      fail_at(text_, token().at,
              fmt::format("{} is a function: {}({})", function.name, function.name, function.arguments));
    }
    open({Open::Kind::function, tokens_[next_ + 1].at, &function});
    const auto found = std::find(formula_.functions.begin(), formula_.functions.end(), &function);
    // A function's name and its parenthesis must touch.
    write(fmt::format("f{}(", found - formula_.functions.begin()));
    if (found == formula_.functions.end()) formula_.functions.push_back(&function);
    next_ += 2;
    if (is(")")) {
      open_.back().arguments = 0;
      check_count(open_.back(), token().at);
    }
    // The first argument follows as any value does.
    operand();
  }

  // A series, counter or signal, or band(LO, HI).
  std::string source() {
    const Token& named = token();
    if (named.kind != Token::Kind::name)
      fail_at(text_, named.at, "the name of a series or signal is expected");
    if (named.text == kBand && is_call()) {
      next_ += 2;
      const double low = plain_number();
      expect(",");
      const double high = plain_number();
      expect(")");
      const std::string name = fmt::format("band:{}:{}", format_real(low), format_real(high));
      if (!is_series_name(name))
        fail_at(text_, named.at, "a band's first frequency must be below its second");
      return name;
    }
    if (named.text == kRaw && is_call()) {
      next_ += 2;
      const Token& series = token();
      if (series.kind != Token::Kind::name || !is_series_name(series.text))
        fail_at(text_, series.at, "the name of a series is expected: raw(rms), raw(rms_db), raw(centroid)");
      ++next_;
      expect(")");
      return kRawPrefix + series.text;
    }
    check_known(named);
    ++next_;
    return named.text;
  }

  void check_known(const Token& named) const {
    const bool known = is_counter(named.text) || is_series_name(named.text) || is_given_name(named.text) ||
                       std::find(signals_.begin(), signals_.end(), named.text) != signals_.end();
    std::vector<std::string> candidates;
    if (is_call()) {
      for (const ExpressionFunction& function : function_table()) candidates.push_back(function.name);
      candidates.insert(candidates.end(), {kAt, kBand, kRaw, kNorm, kRel, kQuantize});
      if (known) fail_at(text_, named.at, named.text + " is not a function; a product is written with *");
      fail_at(text_, named.at,
              fmt::format("there is no function {}{}", named.text, suggestion(named.text, candidates)));
    }
    if (known) return;
    for (const char* function : {kAt, kRaw, kNorm, kRel, kQuantize}) {
      if (named.text == function)
        fail_at(text_, named.at, fmt::format("{0} is a function of a name: {0}(onset, …)", function));
    }
    if (is_given_prefix(named.text)) {
      fail_at(
          text_, named.at,
          fmt::format("{0} needs the name of a file behind it: {0}:drums, where --{1} drums=FILE names it",
                      named.text, named.text == "pitch" ? "midi" : named.text));
    }
    candidates = series_names();
    for (const Counter& counter : expression_counters()) candidates.push_back(counter.name);
    candidates.insert(candidates.end(), signals_.begin(), signals_.end());
    fail_at(text_, named.at,
            fmt::format("there is no series, counter or signal {}{}", named.text,
                        suggestion(named.text, candidates)));
  }

  MusicTime distance() {
    const size_t begin = token().at;
    std::string sign;
    if (is("-") || is("+")) sign = tokens_[next_++].text == "-" ? "-" : "";
    const Token& number = token();
    const auto time = number.kind == Token::Kind::number ? parse_music_time(sign + number.text + number.unit)
                                                         : std::nullopt;
    if (!time) fail_at(text_, begin, "a distance in time is expected: -2f, 30ms, 0.5s or 1beat");
    ++next_;
    return *time;
  }

  const std::string_view text_;
  const std::vector<Token> tokens_;
  const std::span<const std::string> signals_;
  size_t next_ = 0;
  std::vector<Open> open_;
  Formula formula_;
};

}  // namespace

Formula read_formula(std::string_view text, size_t begin, size_t end, std::span<const std::string> signals) {
  if (end - begin > kMaxExpressionBytes) {
    fail_at(text, begin,
            fmt::format("it has {} bytes, and an expression has at most {}; signals can hold parts of it",
                        end - begin, kMaxExpressionBytes));
  }
  if (!is_valid_utf8(text)) fail_at(text, 0, "the text is not valid UTF-8");
  return Reader(text, begin, end, signals).read();
}

bool is_taken_name(const std::string& name) {
  return is_series_name(name) || is_counter(name) || find_function(name) != nullptr || name == kAt ||
         name == kBand || name == kRaw || name == kNorm || name == kRel || name == kQuantize || name == kPi ||
         name == kChange || is_given_prefix(name);
}

std::optional<MusicTime> parse_music_time(std::string_view text) {
  using Unit = MusicTime::Unit;
  struct Row {
    std::string_view suffix;
    Unit unit;
    double factor;
  };
  // Longer endings first.
  for (const Row& row :
       {Row{"beats", Unit::beats, 1}, Row{"beat", Unit::beats, 1}, Row{"ms", Unit::seconds, 1e-3},
        Row{"s", Unit::seconds, 1}, Row{"f", Unit::frames, 1}}) {
    if (!text.ends_with(row.suffix)) continue;
    const auto number = parse_real(text.substr(0, text.size() - row.suffix.size()));
    if (!number) return std::nullopt;
    return MusicTime{*number * row.factor, row.unit};
  }
  return std::nullopt;
}

}  // namespace spectradiff
