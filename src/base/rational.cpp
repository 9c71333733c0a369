#include "spectradiff/base/rational.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <optional>

#include "int128.h"
#include "spectradiff/base/error.h"
#include "spectradiff/base/number.h"

namespace spectradiff {
namespace {

using detail::Int128;

constexpr size_t kMaxFractionDigits = 9;

constexpr std::array<int64_t, 6> kNtscRates = {24, 30, 48, 60, 120, 240};  // times 1000/1001

std::optional<Rational> parse_fraction(std::string_view text, size_t slash) {
  const auto num = parse_integer(text.substr(0, slash));
  const auto den = parse_integer(text.substr(slash + 1));
  if (!num || !den || *den <= 0) return std::nullopt;
  return Rational(*num, *den);
}

// An NTSC rate as people and programs write it, cut or
// rounded: 29.97, 23.98, 23.976023976, 29.97002997002997.
std::optional<Rational> ntsc_rate(std::string_view text, size_t point) {
  const auto value = parse_real(text);
  const size_t digits = text.size() - point - 1;
  if (!value || digits < 2) return std::nullopt;
  constexpr double kSlack = 1e-12;  // of doubles
  const double unit = std::pow(10.0, -static_cast<double>(digits));
  for (const int64_t rate : kNtscRates) {
    const double behind = static_cast<double>(rate) * 1000 / 1001 - *value;
    if (behind > -unit / 2 - kSlack && behind < unit + kSlack) return Rational(rate * 1000, 1001);
  }
  return std::nullopt;
}

std::optional<Rational> parse_decimal(std::string_view text, size_t point) {
  const std::string_view digits = text.substr(point + 1);
  if (digits.empty() || digits.size() > kMaxFractionDigits) return std::nullopt;
  const std::string_view whole = text.substr(0, point);
  if (!parse_integer(whole)) return std::nullopt;
  int64_t den = 1;
  std::string joined(whole);
  for (const char digit : digits) {
    if (digit < '0' || digit > '9') return std::nullopt;
    den *= 10;
    joined += digit;
  }
  const bool negative = joined.front() == '-';
  const size_t first = joined.find_first_not_of('0', negative ? 1 : 0);
  if (first == std::string::npos) return Rational(0);
  const auto num = parse_integer(std::string_view(joined).substr(first));
  if (!num) return std::nullopt;
  return Rational(negative ? -*num : *num, den);
}

}  // namespace

Rational::Rational(int64_t numerator, int64_t denominator) {
  if (denominator == 0) throw_error(ErrorKind::internal, "a fraction {}/0 was made", numerator);
  const Int128 sign = denominator < 0 ? -1 : 1;
  Int128 a = numerator < 0 ? -Int128(numerator) : Int128(numerator);
  Int128 b = sign * denominator;
  while (b != 0) {
    const Int128 rest = a % b;
    a = b;
    b = rest;
  }
  num = detail::narrow(sign * numerator / a);
  den = detail::narrow(sign * denominator / a);
}

std::string Rational::text() const {
  return fmt::format("{}/{}", num, den);
}

std::string Rational::short_text() const {
  return den == 1 ? std::to_string(num) : text();
}

std::string Rational::number_text() const {
  return den == 1 ? std::to_string(num) : fmt::format("{:.5g}", to_double());
}

std::strong_ordering operator<=>(const Rational& a, const Rational& b) {
  const Int128 left = Int128(a.num) * b.den;
  const Int128 right = Int128(b.num) * a.den;
  if (left < right) return std::strong_ordering::less;
  return left > right ? std::strong_ordering::greater : std::strong_ordering::equal;
}

int64_t mul_div_floor(int64_t a, int64_t b, int64_t c) {
  return detail::narrow(detail::floor_divide(Int128(a) * b, c));
}

int64_t mul_div_ceil(int64_t a, int64_t b, int64_t c) {
  return detail::narrow(detail::ceil_divide(Int128(a) * b, c));
}

Rational parse_rational(std::string_view text, std::string_view what) {
  std::optional<Rational> value;
  const size_t slash = text.find('/');
  const size_t point = text.find('.');
  if (slash != std::string_view::npos) {
    value = parse_fraction(text, slash);
  } else if (point != std::string_view::npos) {
    value = ntsc_rate(text, point);
    if (!value) value = parse_decimal(text, point);
  } else if (const auto integer = parse_integer(text)) {
    value = Rational(*integer);
  }
  if (!value) {
    throw_error(
        ErrorKind::usage,
        "{} = '{}' is not a rate; write an integer (15), a decimal (12.5, 29.97) or a fraction (30000/1001)",
        what, text);
  }
  return *value;
}

}  // namespace spectradiff
