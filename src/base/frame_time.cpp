#include "spectradiff/base/frame_time.h"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "int128.h"
#include "spectradiff/base/error.h"
#include "spectradiff/base/number.h"
#include "spectradiff/base/text.h"

namespace spectradiff {
namespace {

using detail::Int128;

constexpr int kFractionDigits = 9;
constexpr int64_t kFractionUnit = 1'000'000'000;  // 10^kFractionDigits
constexpr int64_t kMaxWhole = 1'000'000'000;      // 31 years of seconds; keeps every product within 128 bits

struct UnitName {
  std::string_view suffix;
  TimeUnit unit;
  int64_t per_unit;
};
// "ms" stands before "s": the first that fits wins.
constexpr std::array<UnitName, 4> kUnits{{{"ms", TimeUnit::seconds, 1000},
                                          {"smp", TimeUnit::samples, 1},
                                          {"s", TimeUnit::seconds, 1},
                                          {"f", TimeUnit::frames, 1}}};

// A plain decimal >= 0 in units of 10^-9.
std::optional<int64_t> parse_nanos(std::string_view text) {
  const size_t point = text.find('.');
  const std::string_view whole = text.substr(0, point);
  if (whole.empty() || !all_digits(whole)) return std::nullopt;
  const auto value = parse_integer(whole);
  if (!value || *value > kMaxWhole) return std::nullopt;
  int64_t fraction = 0;
  if (point != text.npos) {
    std::string digits(text.substr(point + 1));
    if (digits.empty() || !all_digits(digits) || digits.size() > kFractionDigits) return std::nullopt;
    digits.resize(kFractionDigits, '0');
    for (const char digit : digits) fraction = fraction * 10 + (digit - '0');
  }
  return *value * kFractionUnit + fraction;
}

// A clock's hours or minutes: at most `digits` of them, leading zeros allowed.
std::optional<int64_t> parse_clock_field(std::string_view text, size_t digits) {
  if (text.empty() || !all_digits(text) || text.size() > digits) return std::nullopt;
  int64_t value = 0;
  for (const char digit : text) value = value * 10 + (digit - '0');
  return value;
}

// m:ss and h:mm:ss, the seconds with a fraction if there is one.
std::optional<Rational> parse_clock(std::string_view text) {
  const size_t last = text.rfind(':');
  const size_t first = text.find(':');
  std::string_view seconds = text.substr(last + 1);
  if (seconds.size() < 2 || (seconds.size() > 2 && seconds[2] != '.')) return std::nullopt;
  if (seconds.front() == '0') seconds.remove_prefix(1);
  const auto nanos = parse_nanos(seconds);
  if (!nanos || *nanos >= 60 * kFractionUnit) return std::nullopt;

  std::optional<int64_t> hours = 0;
  std::optional<int64_t> minutes;
  if (first == last) {
    minutes = parse_clock_field(text.substr(0, first), 6);
  } else {
    hours = parse_clock_field(text.substr(0, first), 5);
    const std::string_view field = text.substr(first + 1, last - first - 1);
    minutes = field.size() == 2 ? parse_clock_field(field, 2) : std::nullopt;
    if (minutes && *minutes >= 60) return std::nullopt;
  }
  if (!hours || !minutes) return std::nullopt;
  return Rational((*hours * 3600 + *minutes * 60) * kFractionUnit + *nanos, kFractionUnit);
}

std::optional<TimeSpan> parse_time_text(std::string_view text) {
  if (text.find(':') != text.npos) {
    const auto value = parse_clock(text);
    if (!value) return std::nullopt;
    return TimeSpan{*value, TimeUnit::seconds};
  }
  UnitName unit{"", TimeUnit::seconds, 1};
  for (const UnitName& candidate : kUnits) {
    if (text.ends_with(candidate.suffix)) {
      unit = candidate;
      break;
    }
  }
  text.remove_suffix(unit.suffix.size());
  const auto nanos = parse_nanos(text);
  if (!nanos) return std::nullopt;
  if (unit.unit == TimeUnit::samples && *nanos % kFractionUnit != 0) return std::nullopt;
  const Rational value(*nanos, kFractionUnit);
  return TimeSpan{
      unit.per_unit == 1 ? value : Rational(value.num, detail::narrow(Int128(value.den) * unit.per_unit)),
      unit.unit};
}

// `value` as a decimal of at most 9 digits after the point, when it is one.
std::optional<std::string> decimal_text(const Rational& value) {
  const Int128 scaled = Int128(value.num) * kFractionUnit;
  if (scaled % value.den != 0) return std::nullopt;
  const Int128 nanos = scaled / value.den;
  std::string text = fmt::format("{}", static_cast<int64_t>(nanos / kFractionUnit));
  const auto fraction = static_cast<int64_t>(nanos % kFractionUnit);
  if (fraction != 0) {
    text += fmt::format(".{:09}", fraction);
    text.erase(text.find_last_not_of('0') + 1);
  }
  return text;
}

}  // namespace

int64_t frame_start_sample(int64_t frame, int sample_rate_hz, const Rational& fps) {
  return detail::narrow(
      detail::floor_divide(detail::multiply(Int128(frame) * sample_rate_hz, fps.den), fps.num));
}

SampleRange frame_sample_range(int64_t frame, int sample_rate_hz, const Rational& fps) {
  return {frame_start_sample(frame, sample_rate_hz, fps), frame_start_sample(frame + 1, sample_rate_hz, fps)};
}

int64_t frame_count(int64_t samples, int sample_rate_hz, const Rational& fps) {
  return detail::narrow(detail::ceil_divide(Int128(samples) * fps.num, Int128(sample_rate_hz) * fps.den));
}

bool durations_match(int64_t samples_a, int rate_a_hz, int64_t samples_b, int rate_b_hz,
                     const Rational& fps) {
  const Int128 difference = Int128(samples_a) * rate_b_hz - Int128(samples_b) * rate_a_hz;
  const Int128 frame = detail::multiply(Int128(rate_a_hz) * rate_b_hz, fps.den);
  return detail::multiply(difference < 0 ? -difference : difference, fps.num) <= frame;
}

// Rounded up, so that no frame loses its last sample; but never into a frame more.
int64_t matching_samples(int64_t samples, int sample_rate_hz, int other_rate_hz, const Rational& fps) {
  const int64_t as_long = mul_div_ceil(samples, other_rate_hz, sample_rate_hz);
  const int64_t frames = frame_count(samples, sample_rate_hz, fps);
  return std::min(as_long, frame_start_sample(frames, other_rate_hz, fps));
}

int64_t TimeSpan::to_samples(int sample_rate_hz, const Rational& fps) const {
  switch (unit) {
    case TimeUnit::seconds:
      return mul_div_floor(value.num, sample_rate_hz, value.den);
    case TimeUnit::samples:
      return mul_div_floor(value.num, 1, value.den);
    case TimeUnit::frames:
      break;
  }
  const Int128 scaled = detail::multiply(Int128(value.num) * sample_rate_hz, fps.den);
  return detail::narrow(detail::floor_divide(scaled, Int128(value.den) * fps.num));
}

std::string TimeSpan::text() const {
  if (unit == TimeUnit::samples) return fmt::format("{}smp", value.num);
  const auto plain = decimal_text(value);
  if (unit == TimeUnit::frames) return plain.value_or(format_real(value.to_double())) + "f";
  const bool whole_milliseconds = value.num < value.den && value.num != 0 && 1000 % value.den == 0;
  if (plain && !whole_milliseconds) return *plain + "s";
  // 1000·num would overflow only for spans that parse_time cannot make; a prime such as 1/3 s has no exact
  // text.
  const auto exact = decimal_text(Rational(detail::narrow(Int128(value.num) * 1000), value.den));
  return exact ? *exact + "ms" : fmt::format("{:.9f}s", value.to_double());
}

TimeSpan parse_time(std::string_view text, std::string_view what) {
  const auto time = parse_time_text(text);
  if (!time) {
    throw_error(
        ErrorKind::usage,
        "{} = '{}' is not a time; write seconds (90, 90s), a clock (1:30, 1:02:03.5), milliseconds (50ms), "
        "samples (2205smp) or frames (3f)",
        what, text);
  }
  return *time;
}

}  // namespace spectradiff
