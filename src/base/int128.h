// 128-bit steps between 64-bit values, checked.
#pragma once

#include <cstdint>
#include <limits>

#include "spectradiff/base/error.h"

namespace spectradiff::detail {

using Int128 = __int128;

inline Int128 multiply(Int128 a, Int128 b) {
  Int128 product = 0;
  if (__builtin_mul_overflow(a, b, &product)) {
    throw_error(ErrorKind::internal, "a product of rates and times leaves 128 bits");
  }
  return product;
}

inline int64_t narrow(Int128 value) {
  if (value > std::numeric_limits<int64_t>::max() || value < std::numeric_limits<int64_t>::min()) {
    throw_error(ErrorKind::internal, "a sample or frame number leaves 64 bits");
  }
  return static_cast<int64_t>(value);
}

// divisor > 0
inline Int128 floor_divide(Int128 value, Int128 divisor) {
  const Int128 quotient = value / divisor;
  return value % divisor < 0 ? quotient - 1 : quotient;
}

inline Int128 ceil_divide(Int128 value, Int128 divisor) {
  const Int128 quotient = value / divisor;
  return value % divisor > 0 ? quotient + 1 : quotient;
}

}  // namespace spectradiff::detail
