#include "spectradiff/base/duration_text.h"

#include <fmt/format.h>

#include <cmath>
#include <cstdint>

#include "spectradiff/base/text.h"

namespace spectradiff {

std::string duration_text(double seconds) {
  if (seconds < 60) return fmt::format("{:.2f} s", seconds);
  if (seconds >= 3600) return clock_text(std::llround(seconds), true);
  const auto tenths = int64_t{std::llround(seconds * 10)};
  return fmt::format("{}:{:02}.{}", tenths / 600, tenths / 10 % 60, tenths % 10);
}

}  // namespace spectradiff
