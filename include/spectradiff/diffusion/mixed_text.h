// What a frame is told in words: one text, or something between two.
#pragma once

#include <array>
#include <string>
#include <utility>

namespace spectradiff {

struct MixedText {
  std::string from, to;
  double weight = 0;  // of `to`, 0..1
  bool spherical = false;

  MixedText() = default;
  MixedText(std::string text) : from(std::move(text)), to(from) {}  // a text is a mix of nothing else
  MixedText(const char* text) : MixedText(std::string(text)) {}
  MixedText(std::string from_in, std::string to_in, double weight_in, bool spherical_in)
      : from(std::move(from_in)), to(std::move(to_in)), weight(weight_in), spherical(spherical_in) {}
  bool is_one() const { return weight == 0 || from == to; }
};

// What the two embeddings are multiplied by. Along the arc (Shoemake 1985, slerp) as the embeddings lie at an
// angle to each other, taken as one long vector each; `cosine` is that angle's. Where they are nearly
// parallel (above 0.9995) the line is the arc.
std::array<double, 2> mix_coefficients(double weight, bool spherical, double cosine);

}  // namespace spectradiff
