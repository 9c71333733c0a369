#include "spectradiff/diffusion/prompt_text.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <span>

#include "spectradiff/base/error.h"
#include "spectradiff/base/text.h"

namespace spectradiff {
namespace {

constexpr double kRound = 1.1, kSquare = 1 / 1.1, kMaxWeight = 1000;

bool is_blank(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

// ": 1.3 )" at the front of `text`: the number's text and the length of all of it.
struct WeightMark {
  std::string_view number;
  size_t length = 0;
};

std::optional<WeightMark> weight_mark(std::string_view text) {
  size_t at = 1;
  const auto skip_blanks = [&] {
    while (at < text.size() && is_blank(text[at])) ++at;
  };
  skip_blanks();
  const size_t begin = at;
  if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
  const size_t digits = at;
  while (at < text.size() && (text[at] == '.' || is_digit(text[at]))) ++at;
  if (at == digits) return std::nullopt;
  const std::string_view number = text.substr(begin, at - begin);
  skip_blanks();
  if (at == text.size() || text[at] != ')') return std::nullopt;
  return WeightMark{number, at + 1};
}

// As Python's float: unlike parse_real, without a digit before or after the point.
double weight_of(std::string_view number) {
  const std::string plain(number.starts_with('+') ? number.substr(1) : number);
  const char* const end = plain.data() + plain.size();
  double weight = 0;
  const auto [parsed, error] = std::from_chars(plain.data(), end, weight);
  if (error != std::errc{} || parsed != end)
    throw_error(ErrorKind::usage, "the weight \"{}\" in a prompt is not a number; write (word:1.3)", number);
  return weight;
}

// All brackets of one kind: a part's weight is the product of those that it stands in.
class Brackets {
 public:
  explicit Brackets(double usual) : usual_(usual) {}

  bool is_open() const { return innermost_ != 0; }
  size_t innermost() const { return innermost_; }  // 0: none is open
  void open() {
    brackets_.push_back({innermost_, usual_});
    innermost_ = brackets_.size() - 1;
  }
  void close() { innermost_ = brackets_[innermost_].around; }
  void close(double weight) {
    brackets_[innermost_].weight = weight;
    close();
  }

  // Of what stands in each bracket and in those around it, by innermost().
  std::vector<double> products() const {
    std::vector<double> products = {1};
    for (size_t i = 1; i < brackets_.size(); ++i)
      products.push_back(brackets_[i].weight * products[brackets_[i].around]);
    return products;
  }

 private:
  struct Bracket {
    size_t around = 0;
    double weight = 1;
  };
  double usual_;
  size_t innermost_ = 0;
  std::vector<Bracket> brackets_ = {{}};
};

class WeightParser {
 public:
  std::vector<WeightedText> parse(std::string_view prompt) {
    while (!prompt.empty()) prompt.remove_prefix(take(prompt));
    const std::vector<double> round = round_.products(), square = square_.products();
    std::vector<WeightedText> merged;
    for (const Part& part : parts_) {
      const double weight = round[part.round] * square[part.square];
      if (!(std::abs(weight) <= kMaxWeight)) {
        throw_error(ErrorKind::usage, "the weight {} in a prompt is outside -{} to {}; 0.5 to 1.5 is usual",
                    weight, kMaxWeight, kMaxWeight);
      }
      if (merged.empty() || merged.back().weight != weight) merged.push_back({"", weight});
      merged.back().text += part.text;
    }
    if (merged.empty()) merged.push_back({"", 1});
    return merged;
  }

 private:
  struct Part {
    std::string_view text;
    size_t round = 0, square = 0;  // the brackets that it stands in
  };

  // Takes one mark or stretch of text from the front; gives its length.
  size_t take(std::string_view rest) {
    constexpr std::string_view kMarks = "\\()[]:";
    switch (rest[0]) {
      case '\\': {
        const bool escapes = rest.size() > 1 && rest[1] != ':' && kMarks.find(rest[1]) != kMarks.npos;
        if (escapes) add(rest.substr(1, 1));
        return escapes ? 2 : 1;
      }
      case '(':
        round_.open();
        return 1;
      case '[':
        square_.open();
        return 1;
      case ':':
        if (const auto mark = weight_mark(rest); mark && round_.is_open()) {
          round_.close(weight_of(mark->number));
          return mark->length;
        }
        break;
      case ')':
        if (!round_.is_open()) break;
        round_.close();
        return 1;
      case ']':
        if (!square_.is_open()) break;
        square_.close();
        return 1;
      default:
        break;
    }
    const size_t length = std::max<size_t>(std::min(rest.find_first_of(kMarks), rest.size()), 1);
    add(rest.substr(0, length));
    return length;
  }

  void add(std::string_view text) { parts_.push_back({text, round_.innermost(), square_.innermost()}); }

  std::vector<Part> parts_;
  Brackets round_{kRound}, square_{kSquare};
};

struct WeightedTokens {
  std::vector<int32_t> ids;
  std::vector<double> weights;  // [ids]
  std::string cut;
};

size_t room_of(const Tokenizer& tokenizer) {
  return static_cast<size_t>(tokenizer.files().max_length) - 2;
}

WeightedTokens read_parts(const Tokenizer& tokenizer, std::span<const WeightedText> parts, bool cuts) {
  const size_t room = room_of(tokenizer);
  WeightedTokens read;
  for (const WeightedText& part : parts) {
    const std::vector<int32_t> more = tokenizer.encode_all(part.text);
    if (cuts && read.ids.size() + more.size() > room) {
      const size_t fits = room - std::min(read.ids.size(), room);
      read.cut += fits > 0 ? tokenizer.behind(part.text, fits) : part.text;
    }
    read.ids.insert(read.ids.end(), more.begin(), more.end());
    read.weights.insert(read.weights.end(), more.size(), part.weight);
  }
  read.cut = trimmed(read.cut);
  if (cuts) read.ids.resize(std::min(read.ids.size(), room));
  return read;
}

// Adds what a tokenizer has for the chunk `index`; nothing but a frame where its tokens have come to an end.
void add_to(TokenChunk& chunk, const Tokenizer& tokenizer, const WeightedTokens& read, size_t index) {
  const size_t room = room_of(tokenizer), begin = std::min(index * room, read.ids.size());
  const size_t count = std::min(room, read.ids.size() - begin);
  const std::vector<int32_t> ids = tokenizer.framed({read.ids.data() + begin, count});
  chunk.ids.insert(chunk.ids.end(), ids.begin(), ids.end());
  chunk.weights.push_back(1);
  const auto first = read.weights.begin() + static_cast<std::ptrdiff_t>(begin);
  chunk.weights.insert(chunk.weights.end(), first, first + static_cast<std::ptrdiff_t>(count));
  chunk.weights.resize(chunk.ids.size(), 1);
}

}  // namespace

std::vector<WeightedText> parse_weights(std::string_view prompt) {
  return WeightParser().parse(prompt);
}

ReadPrompt read_prompt(std::span<const Tokenizer> tokenizers, const std::string& prompt,
                       const PromptReading& reading, size_t least) {
  const bool weighted = reading.weighting == PromptWeighting::a1111;
  const std::vector<WeightedText> parts =
      weighted ? parse_weights(prompt) : std::vector<WeightedText>{{prompt, 1}};
  std::vector<WeightedTokens> read;
  ReadPrompt whole;
  size_t chunks = std::max<size_t>(least, 1);
  for (const Tokenizer& tokenizer : tokenizers) {
    read.push_back(read_parts(tokenizer, parts, reading.long_prompts == LongPrompts::cut));
    const size_t room = room_of(tokenizer);
    chunks = std::max(chunks, (read.back().ids.size() + room - 1) / room);
    if (read.back().cut.size() > whole.cut.size()) whole.cut = read.back().cut;
  }
  whole.chunks.resize(chunks);
  for (size_t i = 0; i < chunks; ++i) {
    TokenChunk& chunk = whole.chunks[i];
    for (size_t t = 0; t < tokenizers.size(); ++t) add_to(chunk, tokenizers[t], read[t], i);
    if (std::all_of(chunk.weights.begin(), chunk.weights.end(), [](double weight) { return weight == 1; }))
      chunk.weights.clear();
  }
  return whole;
}

}  // namespace spectradiff
