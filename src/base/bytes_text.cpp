#include "spectradiff/base/bytes_text.h"

#include <fmt/format.h>

#include <cmath>

namespace spectradiff {

std::string bytes_text(uint64_t bytes) {
  if (bytes < 1000) return fmt::format("{} bytes", bytes);
  auto value = static_cast<double>(bytes);
  const char* unit = "bytes";
  for (const char* next : {"kB", "MB", "GB", "TB", "PB", "EB"}) {
    if (std::round(value) < 1000) break;
    value /= 1000;
    unit = next;
  }
  return fmt::format("{:.{}f} {}", value, value < 9.95 ? 1 : 0, unit);
}

}  // namespace spectradiff
