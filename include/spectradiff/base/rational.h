// Exact fractions, for frame rates and times: 29.97 means 30000/1001 and nothing else.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace spectradiff {

// num/den in lowest terms, den > 0.
struct Rational {
  int64_t num = 0;
  int64_t den = 1;

  constexpr Rational() = default;
  constexpr Rational(int64_t integer) : num(integer) {}  // NOLINT(google-explicit-constructor): 15 is 15/1
  Rational(int64_t numerator, int64_t denominator);      // Error{internal} when denominator is 0

  double to_double() const { return static_cast<double>(num) / static_cast<double>(den); }
  std::string text() const;         // "15/1", "30000/1001"
  std::string short_text() const;   // exact, as one types it: "15", "30000/1001"
  std::string number_text() const;  // for people, of a rate: "15", "29.97", "23.976"

  friend bool operator==(const Rational&, const Rational&) = default;
  friend std::strong_ordering operator<=>(const Rational& a, const Rational& b);
};

// floor(a·b / c) and ceil(a·b / c), exact in between; c > 0. Error{internal} when the result leaves int64.
int64_t mul_div_floor(int64_t a, int64_t b, int64_t c);
int64_t mul_div_ceil(int64_t a, int64_t b, int64_t c);

// Parses an integer, a decimal (at most 9 digits after the point) or "30000/1001"; decimals of 24, 30, 48,
// 60, 120 and 240 times 1000/1001, such as 29.97 and 23.976023976023978, mean these rates. Error{usage}
// naming `what` for anything else.
Rational parse_rational(std::string_view text, std::string_view what);

}  // namespace spectradiff
