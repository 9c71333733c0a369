#include "spectradiff/base/number.h"

#include <array>
#include <charconv>
#include "spectradiff/base/text.h"

namespace spectradiff {
namespace {

// Length of the digits at the start of `text`.
size_t digits(std::string_view text) {
  size_t count = 0;
  while (count < text.size() && is_digit(text[count])) ++count;
  return count;
}

// Takes -?(0|[1-9][0-9]*) off the front; false when it is not there.
bool take_integer(std::string_view& text) {
  if (!text.empty() && text.front() == '-') text.remove_prefix(1);
  const size_t count = digits(text);
  if (count == 0 || (count > 1 && text.front() == '0')) return false;
  text.remove_prefix(count);
  return true;
}

// A number as JSON writes it: stricter than from_chars, which takes "inf", "010" and ".5".
bool is_real(std::string_view text) {
  if (!take_integer(text)) return false;
  if (!text.empty() && text.front() == '.') {
    text.remove_prefix(1);
    const size_t count = digits(text);
    if (count == 0) return false;
    text.remove_prefix(count);
  }
  if (!text.empty() && (text.front() == 'e' || text.front() == 'E')) {
    text.remove_prefix(1);
    if (!text.empty() && (text.front() == '+' || text.front() == '-')) text.remove_prefix(1);
    const size_t count = digits(text);
    if (count == 0) return false;
    text.remove_prefix(count);
  }
  return text.empty();
}

template <typename Number>
std::optional<Number> from_text(std::string_view text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

std::optional<double> parse_real(std::string_view text) {
  if (!is_real(text)) return std::nullopt;
  return from_text<double>(text);
}

std::optional<int64_t> parse_integer(std::string_view text) {
  std::string_view rest = text;
  if (!take_integer(rest) || !rest.empty()) return std::nullopt;
  return from_text<int64_t>(text);
}

std::string format_real(double value) {
  std::array<char, 32> buffer;
  const auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
  return {buffer.data(), end};
}

namespace {
constexpr uint64_t kGoldenGamma = 0x9E3779B97F4A7C15u;
}

uint64_t splitmix64(uint64_t x) {
  x += kGoldenGamma;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
  return x ^ (x >> 31);
}

uint64_t SplitMix64::next() {
  const uint64_t number = splitmix64(state_);
  state_ += kGoldenGamma;
  return number;
}

double SplitMix64::unit() {
  return static_cast<double>(next() >> 11) * 0x1p-53;
}

}  // namespace spectradiff
