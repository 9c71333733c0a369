// What a frame is told in words: one text, or several at once, each with its share.
#pragma once

#include <array>
#include <string>
#include <vector>

namespace spectradiff {

struct TextMix {
  struct Part {
    std::string text;
    double weight = 1;  // 0..1
    friend bool operator==(const Part&, const Part&) = default;
  };
  std::vector<Part> parts = {{}};  // at least one; weights sum to 1 within 1e-6
  // A text that the parts together are turned towards: the share `weight` of all is what lies `along` (0..1)
  // of the way from their mix to this text, token by token on the arc between them.
  struct Arc {
    std::string text;
    double weight = 1;  // 0..1
    double along = 1;   // 0..1
    friend bool operator==(const Arc&, const Arc&) = default;
  };
  std::vector<Arc> arcs;  // weights sum to 1 at most; the rest is the parts' mix itself
  // Two parts only: along the arc between their embeddings instead of the line, see mix_coefficients.
  bool spherical = false;

  TextMix() = default;
  TextMix(std::string text) : parts{{std::move(text)}} {}  // a text is a mix of nothing else
  TextMix(const char* text) : TextMix(std::string(text)) {}
  TextMix(std::vector<Part> parts_in, bool spherical_in = false)
      : parts(std::move(parts_in)), spherical(spherical_in) {}

  friend bool operator==(const TextMix&, const TextMix&) = default;
};

// Error{usage} for weights outside their range or sum, and for an arc between other than two parts.
void check_mix(const TextMix& mix);

// The same with each text once and without parts of weight 0: what has to be encoded.
TextMix simplified(const TextMix& mix);

// What two embeddings are multiplied by, `weight` being the share of the second. Along the arc (Shoemake
// 1985, slerp) as the embeddings lie at an angle to each other, taken as one long vector each; `cosine` is
// that angle's. Where they are nearly parallel (above 0.9995) the line is the arc.
std::array<double, 2> mix_coefficients(double weight, bool spherical, double cosine);

}  // namespace spectradiff
