#include "spectradiff/diffusion/mixed_text.h"

#include <cmath>

namespace spectradiff {

std::array<double, 2> mix_coefficients(double weight, bool spherical, double cosine) {
  constexpr double kParallel = 0.9995;
  // Not above it either where one of them is 0 and there is no angle.
  if (!spherical || !(std::abs(cosine) <= kParallel)) return {1 - weight, weight};
  const double angle = std::acos(cosine);
  return {std::sin((1 - weight) * angle) / std::sin(angle), std::sin(weight * angle) / std::sin(angle)};
}

}  // namespace spectradiff
