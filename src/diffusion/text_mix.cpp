#include "spectradiff/diffusion/text_mix.h"

#include <algorithm>
#include <cmath>

#include "spectradiff/base/error.h"

namespace spectradiff {

void check_mix(const TextMix& mix) {
  constexpr double kTolerance = 1e-6;
  double sum = 0;
  for (const TextMix::Part& part : mix.parts) {
    if (!(part.weight >= 0 && part.weight <= 1))
      throw_error(ErrorKind::usage, "the weight {} of the prompt \"{}\" is outside 0 to 1", part.weight,
                  part.text);
    sum += part.weight;
  }
  if (!(std::abs(sum - 1) <= kTolerance))
    throw_error(ErrorKind::usage, "the weights of a frame's prompts sum to {}; they must sum to 1", sum);
  double turned = 0;
  for (const TextMix::Arc& arc : mix.arcs) {
    if (!(arc.weight >= 0 && arc.weight <= 1 && arc.along >= 0 && arc.along <= 1))
      throw_error(ErrorKind::usage, "the weight {} or the place {} of the arc to \"{}\" is outside 0 to 1",
                  arc.weight, arc.along, arc.text);
    turned += arc.weight;
  }
  if (!(turned <= 1 + kTolerance))
    throw_error(ErrorKind::usage, "the weights of a frame's arcs sum to {}; 1 is the most", turned);
  if (mix.spherical && mix.parts.size() != 2)
    throw_error(ErrorKind::usage, "a spherical mix is of two prompts, this one is of {}", mix.parts.size());
}

TextMix simplified(const TextMix& mix) {
  TextMix simple(std::vector<TextMix::Part>{}, mix.spherical);
  for (const TextMix::Part& part : mix.parts) {
    if (part.weight == 0) continue;
    const auto same = std::find_if(simple.parts.begin(), simple.parts.end(),
                                   [&](const TextMix::Part& other) { return other.text == part.text; });
    if (same == simple.parts.end()) {
      simple.parts.push_back(part);
    } else {
      same->weight += part.weight;
    }
  }
  simple.spherical = mix.spherical && simple.parts.size() == 2;
  return simple;
}

std::array<double, 2> mix_coefficients(double weight, bool spherical, double cosine) {
  constexpr double kParallel = 0.9995;
  // Not above it either where one of them is 0 and there is no angle.
  if (!spherical || !(std::abs(cosine) <= kParallel)) return {1 - weight, weight};
  const double angle = std::acos(cosine);
  return {std::sin((1 - weight) * angle) / std::sin(angle), std::sin(weight * angle) / std::sin(angle)};
}

}  // namespace spectradiff
