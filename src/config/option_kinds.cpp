#include "option_kinds.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace spectradiff {
namespace {

std::string bound(double value) {
  return format_real(value);
}

std::string with_hint(std::string reason, const char* hint) {
  if (*hint != '\0') reason += std::string("; ") + hint;
  return reason;
}

// A text that was meant as a number, right or wrong: no expression. "", "0,5", "1x", "0x1p-1", "-inf".
bool is_number_attempt(std::string_view text) {
  const size_t begin = text.find_first_not_of(" \t\r\n\v\f+-");
  if (begin == std::string_view::npos) return true;
  text.remove_prefix(begin);
  text = text.substr(0, text.find_last_not_of(" \t\r\n\v\f") + 1);
  std::string word;
  for (size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    const bool exponent_sign = (c == '-' || c == '+') && i > 1 &&
                               std::string_view("eEpP").find(text[i - 1]) != std::string_view::npos;
    if (!std::isalnum(c) && c != '.' && c != ',' && c != '_' && !exponent_sign) return false;
    word += static_cast<char>(std::tolower(c));
  }
  return !std::isalpha(static_cast<unsigned char>(word[0])) || word == "nan" || word == "inf" ||
         word == "infinity";
}

}  // namespace

double NumberPlace::nearest(double value) const {
  // The step to which expressions are rounded.
  constexpr double kStep = 1e-6;
  const double inside = std::clamp(value, min_excluded ? min + kStep : min, max);
  return whole ? std::round(inside) : inside;
}

Option moving(Option option) {
  option.moves = true;
  option.commands |= kAnalyze;  // which shows the curve
  option.from_text = [read = option.from_text](std::string_view text) {
    return is_number_attempt(text) ? read(text) : Json(std::string(text));
  };
  option.set = [key = option.key, set = option.set, get = option.get](Settings& to, const Json& value) {
    if (!value.is_string() || is_number_attempt(value.get<std::string>())) {
      set(to, value);
      to.job.expressions.erase(key);
    } else {
      set(to, get(Settings{}));
      to.job.expressions[key] = value.get<std::string>();
    }
  };
  option.get = [key = option.key, get = option.get](const Settings& from) {
    const auto expression = from.job.expressions.find(key);
    return expression == from.job.expressions.end() ? get(from) : Json(expression->second);
  };
  return option;
}

Option option_base(const OptionText& text) {
  Option option;
  option.key = text.key;
  option.option_class = text.option_class;
  option.group = text.group;
  option.commands = text.commands;
  option.value_name = text.value_name;
  option.help = text.help;
  return option;
}

void refuse(const std::string& reason) {
  throw Error(ErrorKind::usage, reason);
}

double checked_real(const Json& value, const RealRange& range) {
  if (!value.is_number()) refuse("is not a number");
  const double number = value.get<double>();
  const bool inside = std::isfinite(number) && number <= range.max &&
                      (range.min_excluded ? number > range.min : number >= range.min);
  if (!inside) {
    refuse(with_hint(fmt::format("is outside {}{}..{}", range.min_excluded ? "above " : "", bound(range.min),
                                 bound(range.max)),
                     range.hint));
  }
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
  if (!value.is_boolean()) refuse("is neither true nor false");
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
    if (side < 16 || side > max) refuse(fmt::format("is outside 16..{} pixels a side", max));
    if (side % multiple_of != 0) {
      const int64_t down = side / multiple_of * multiple_of;
      refuse(fmt::format("has a side of {}, which is not a multiple of {}; {} or {} would do", side,
                         multiple_of, down, down + multiple_of));
    }
  }
  return {static_cast<int>(*width), static_cast<int>(*height)};
}

TimeSpan checked_time(const Json& value) {
  // A bare JSON number is seconds, as in text.
  const std::string text = value.is_number() ? format_real(value.get<double>()) : checked_text(value);
  try {
    return parse_time(text, "it");
  } catch (const Error&) {
    refuse("is not a time; write 90, 90s, 1:30, 50ms, 2205smp (samples) or 3f (frames)");
  }
}

Rational checked_rate(const Json& value) {
  const std::string text = value.is_number() ? format_real(value.get<double>()) : checked_text(value);
  Rational rate;
  try {
    rate = parse_rational(text, "it");
  } catch (const Error&) {
    refuse("is not a frame rate; write an integer, a decimal or a fraction such as 30000/1001");
  }
  if (rate.num <= 0 || rate > Rational(240)) refuse("is outside above 0..240");
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
    if (number <= 0 || number > 100) refuse("has a percentile outside above 0..100");
    return {Normalize::Kind::percentile, number};
  }
  if (kind == "loudness" && !std::isnan(number)) {
    if (number < -70 || number > 0) refuse("has a loudness outside -70..0 LUFS");
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

std::string size_text(Size size) {
  return fmt::format("{}x{}", size.width, size.height);
}

Rgb checked_colour(const Json& value) {
  const std::string text = checked_text(value);
  const bool hex = text.size() == 7 && text[0] == '#' &&
                   text.find_first_not_of("0123456789abcdefABCDEF", 1) == std::string::npos;
  if (!hex) refuse("is not a colour; write #rrggbb, as #102030");
  const auto channel = [&](size_t at) {
    return static_cast<uint8_t>(std::stoi(text.substr(at, 2), nullptr, 16));
  };
  return {channel(1), channel(3), channel(5)};
}

std::string same_text(const std::string& text) {
  return text;
}

std::string colour_text(Rgb colour) {
  return fmt::format("#{:02x}{:02x}{:02x}", colour.r, colour.g, colour.b);
}

Json number_from_text(std::string_view text) {
  // Integers stay integers, so that seeds and counts print as they were typed.
  if (const auto integer = parse_integer(text)) return *integer;
  const auto number = parse_real(text);
  if (!number) refuse("is not a plain decimal number");
  return *number;
}

Json integer_from_text(std::string_view text) {
  const auto integer = parse_integer(text);
  if (!integer) refuse("is not an integer");
  return *integer;
}

Json text_from_text(std::string_view text) {
  return std::string(text);
}

}  // namespace spectradiff
