// Numbers as text, in the C locale whatever the user's locale is; and numbers that look random.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace spectradiff {

// Plain decimals only: no sign "+", no blanks, no NaN or infinity, no hex, no leading-zero octal look-alikes
// ("010"), nothing trailing.
std::optional<double> parse_real(std::string_view text);
std::optional<int64_t> parse_integer(std::string_view text);

// The shortest text that reads back as the same double: "0.75", "1e-05", "15".
std::string format_real(double value);

// The first number of the generator SplitMix64 seeded with x (Steele, Lea, Flood 2014).
uint64_t splitmix64(uint64_t x);

// The generator itself.
class SplitMix64 {
 public:
  explicit SplitMix64(uint64_t seed) : state_(seed) {}
  uint64_t next();
  double unit();  // [0, 1), 53 bits of the next number

 private:
  uint64_t state_;
};

}  // namespace spectradiff
