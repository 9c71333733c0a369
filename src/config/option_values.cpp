#include "option_values.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <optional>

#include "spectradiff/base/error.h"
#include "spectradiff/base/number.h"
#include "spectradiff/timeline/expression.h"

namespace spectradiff {
namespace {

std::string bound(double value) {
  const bool whole = std::abs(value) < 1e15 && value == std::round(value);
  return whole ? fmt::format("{}", static_cast<int64_t>(value)) : format_real(value);
}

constexpr RealRange kPercentiles = {0, 100, "", true};
constexpr RealRange kLoudness = {-70, 0};
constexpr int kSmallestSide = 16;
constexpr const char* kTransparent = "transparent";

bool is_inside(double number, const RealRange& range) {
  return std::isfinite(number) && number <= range.max &&
         (range.min_excluded ? number > range.min : number >= range.min);
}

std::string outside(const RealRange& range) {
  if (range.min_excluded)
    return fmt::format("is not above {} and at most {}", bound(range.min), bound(range.max));
  return fmt::format("is outside {}..{}", bound(range.min), bound(range.max));
}

std::string with_hint(std::string reason, const char* hint) {
  if (*hint != '\0') reason += std::string("; ") + hint;
  return reason;
}

}  // namespace

void check_expression_size(const Json& value) {
  if (!value.is_string()) return;
  if (const size_t bytes = value.get_ref<const std::string&>().size(); bytes > kMaxExpressionBytes)
    refuse(fmt::format("is an expression of {} bytes; at most {} are taken", bytes, kMaxExpressionBytes));
}

std::string range_text(const RealRange& range) {
  return fmt::format("{}{} to {}", range.min_excluded ? "above " : "", bound(range.min), bound(range.max));
}

void refuse(const std::string& reason) {
  throw Error(ErrorKind::usage, reason);
}

double checked_real(const Json& value, const RealRange& range) {
  if (!value.is_number()) refuse("is not a number");
  const double number = value.get<double>();
  if (!is_inside(number, range)) refuse(with_hint(outside(range), range.hint));
  return number;
}

int64_t checked_integer(const Json& value, int64_t min, int64_t max, const char* hint) {
  if (!value.is_number_integer()) refuse("is not an integer");
  const bool fits = !value.is_number_unsigned() ||
                    value.get<uint64_t>() <= static_cast<uint64_t>(std::numeric_limits<int64_t>::max());
  if (!fits || value.get<int64_t>() < min || value.get<int64_t>() > max) {
    refuse(with_hint(fmt::format("is outside {}..{}", min, max), hint));
  }
  return value.get<int64_t>();
}

std::string checked_text(const Json& value) {
  if (!value.is_string()) refuse("is not a text");
  return value.get<std::string>();
}

bool checked_boolean(const Json& value) {
  if (!value.is_boolean()) refuse("must be true or false");
  return value.get<bool>();
}

Size checked_size(const Json& value, int multiple_of, int max) {
  const std::string text = checked_text(value);
  const size_t x = text.find('x');
  const auto width =
      x == std::string::npos ? std::nullopt : parse_integer(std::string_view(text).substr(0, x));
  const auto height =
      x == std::string::npos ? std::nullopt : parse_integer(std::string_view(text).substr(x + 1));
  if (!width || !height) refuse("is not a size; write WIDTHxHEIGHT in pixels, as 512x512");
  for (const int64_t side : {*width, *height}) {
    if (side < kSmallestSide || side > max)
      refuse(fmt::format("is outside {}..{} pixels a side", kSmallestSide, max));
    if (side % multiple_of != 0) {
      const int64_t down = side / multiple_of * multiple_of;
      refuse(fmt::format("has a side of {}, which is not a multiple of {}; {} or {} would do", side,
                         multiple_of, down, down + multiple_of));
    }
  }
  return {static_cast<int>(*width), static_cast<int>(*height)};
}

std::optional<TimeSpan> time_of(const Json& value) {
  // A bare JSON number is seconds, as in text.
  const std::string text = value.is_number() ? format_real(value.get<double>()) : checked_text(value);
  try {
    return parse_time(text, "it");
  } catch (const Error&) {
    return std::nullopt;
  }
}

TimeSpan checked_time(const Json& value) {
  const auto time = time_of(value);
  if (!time) refuse("is not a time; write 90, 90s, 1:30, 50ms, 2205smp (samples) or 3f (frames)");
  return *time;
}

Rational checked_rate(const Json& value) {
  const std::string text = value.is_number() ? format_real(value.get<double>()) : checked_text(value);
  Rational rate;
  try {
    rate = parse_rational(text, "it");
  } catch (const Error&) {
    refuse("is not a frame rate; write an integer, a decimal or a fraction such as 30000/1001");
  }
  if (rate.num <= 0 || rate > Rational(static_cast<int64_t>(kFrameRates.max))) refuse(outside(kFrameRates));
  return rate;
}

Normalize checked_normalize(const Json& value) {
  const std::string text = checked_text(value);
  if (text == "none") return {Normalize::Kind::none, 0};
  const size_t colon = text.find(':');
  const std::string kind = text.substr(0, colon);
  const double number = colon == std::string::npos
                            ? std::nan("")
                            : parse_real(std::string_view(text).substr(colon + 1)).value_or(std::nan(""));
  if (kind == "percentile" && !std::isnan(number)) {
    if (!is_inside(number, kPercentiles)) refuse("has a percentile that " + outside(kPercentiles));
    return {Normalize::Kind::percentile, number};
  }
  if (kind == "loudness" && !std::isnan(number)) {
    if (!is_inside(number, kLoudness)) refuse("has a loudness that " + outside(kLoudness) + " LUFS");
    return {Normalize::Kind::loudness, number};
  }
  refuse("is not one of percentile:P, loudness:LUFS, none");
}

std::string normalize_text(const Normalize& normalize) {
  switch (normalize.kind) {
    case Normalize::Kind::percentile:
      return "percentile:" + format_real(normalize.value);
    case Normalize::Kind::loudness:
      return "loudness:" + format_real(normalize.value);
    case Normalize::Kind::none:
      break;
  }
  return "none";
}

std::string normalize_range() {
  return fmt::format("percentile:P, {}; loudness:LUFS, {}; or none", range_text(kPercentiles),
                     range_text(kLoudness));
}

std::string size_range(int multiple_of, int max) {
  return fmt::format("{} to {} pixels a side{}", kSmallestSide, max, multiple_of == 2 ? ", even" : "");
}

Background checked_background(const Json& value) {
  if (value == kTransparent) return {Rgb(), true};
  const std::string text = checked_text(value);
  const bool hex = text.size() == 7 && text[0] == '#' &&
                   text.find_first_not_of("0123456789abcdefABCDEF", 1) == std::string::npos;
  if (!hex) refuse("is not a colour; write #rrggbb, as #102030, or transparent");
  const auto channel = [&](size_t at) {
    return static_cast<uint8_t>(std::stoi(text.substr(at, 2), nullptr, 16));
  };
  return {channel(1), channel(3), channel(5)};
}

std::string same_text(const std::string& text) {
  return text;
}

std::string time_text(const TimeSpan& time) {
  return time.text();
}

std::string rate_text(const Rational& rate) {
  return rate.text();
}

std::string background_text(const Background& background) {
  if (background.transparent) return kTransparent;
  return fmt::format("#{:02x}{:02x}{:02x}", background.r, background.g, background.b);
}

Json number_from_text(std::string_view text) {
  // Integers stay integers, so that seeds and counts print as they were typed.
  if (const auto integer = parse_integer(text)) return *integer;
  const auto number = parse_real(text);
  if (!number) refuse("is not a number; write a plain decimal such as 0.5");
  return *number;
}

Json integer_from_text(std::string_view text) {
  const auto integer = parse_integer(text);
  if (integer) return *integer;
  constexpr size_t kMostDigits = 18;  // that always fit
  const bool is_long = text.size() > kMostDigits && text.find_first_not_of("0123456789", 1) == text.npos;
  refuse(is_long ? "is not an integer that is used here: it has too many digits" : "is not an integer");
}

Json text_from_text(std::string_view text) {
  return std::string(text);
}

}  // namespace spectradiff
