// Bending: what is done to the noisy latents that a frame starts from.
#pragma once

#include <span>
#include <string_view>
#include <vector>

namespace spectradiff {

// One operation on latents z of C channels (counted from 0), h rows and w columns:
//   add x          z + x
//   gain c g       channel c times g
//   rotate a b t   channels a and b turned by t radians in their plane
//   low g, high g  what a Gaussian of standard deviation 2 leaves, and what it takes away, times g
//   roll x y       moved x columns to the right and y rows down; what leaves comes in at the other side
//   noise s        z + s times a draw of the frame's own noise
//   quantise q     to the nearest multiple of 1 / q
// Behind gain, low, high, noise and quantise all of z is scaled about its mean to the variance that it had.
struct LatentBend {
  enum class Kind { add, gain, rotate, low, high, roll, noise, quantise };
  Kind kind = Kind::add;
  std::vector<double> arguments;
  friend bool operator==(const LatentBend&, const LatentBend&) = default;
};

struct BendKind {
  const char* name;
  LatentBend::Kind kind;
  size_t channels;   // so many arguments name channels, the first ones
  size_t arguments;  // with those
  const char* usage;
};
std::span<const BendKind> bend_kinds();
const BendKind& kind_of(const LatentBend& bend);
const BendKind* find_bend_kind(std::string_view name);  // null: there is none

// It changes nothing, whatever it is given.
bool is_neutral(const LatentBend& bend);

// Error{usage} for arguments that are missing or no numbers, and for a channel that is none of so many.
void check_bend(const LatentBend& bend, int channels);

}  // namespace spectradiff
