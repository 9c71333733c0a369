// Values of options: how each kind is read from text, checked where it comes as JSON, and written. All refuse
// with Error{usage}, the reason alone: "is outside 0..1; …".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "spectradiff/base/frame_time.h"
#include "spectradiff/base/json.h"
#include "spectradiff/base/rational.h"
#include "spectradiff/features/features.h"
#include "spectradiff/image/canvas.h"

namespace spectradiff {

struct RealRange {
  double min;
  double max;
  const char* hint = "";  // what to do, after "; "
  bool min_excluded = false;
};
std::string range_text(const RealRange& range);  // "0 to 1", "above 0 to 240"
inline constexpr RealRange kFrameRates = {0, 240, "", true};

[[noreturn]] void refuse(const std::string& reason);

double checked_real(const Json& value, const RealRange& range);
int64_t checked_integer(const Json& value, int64_t min, int64_t max, const char* hint);
std::string checked_text(const Json& value);
bool checked_boolean(const Json& value);
Size checked_size(const Json& value, int multiple_of, int max);
inline constexpr int kEven = 2;                    // sides of pictures are multiples of it
std::string size_range(int multiple_of, int max);  // "16 to 4096 pixels a side, even"
// Absent where the text is no time.
std::optional<TimeSpan> time_of(const Json& value);
TimeSpan checked_time(const Json& value);
Rational checked_rate(const Json& value);
Normalize checked_normalize(const Json& value);
std::string normalize_text(const Normalize& normalize);
std::string normalize_range();
Background checked_background(const Json& value);
std::string background_text(const Background& background);
std::string same_text(const std::string& text);
std::string time_text(const TimeSpan& time);
std::string rate_text(const Rational& rate);

void check_expression_size(const Json& value);  // of a text

Json number_from_text(std::string_view text);  // "is not a number; …"
Json integer_from_text(std::string_view text);
Json text_from_text(std::string_view text);

}  // namespace spectradiff
