// --bend as it is written: operations one after another, their numbers expressions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "spectradiff/diffusion/latent_bend.h"

namespace spectradiff {

struct BendText {
  LatentBend::Kind kind;
  std::vector<std::string> arguments;  // expressions; of channels whole numbers, without their c
};

// "add 0.8*rms | gain c0 1.2": operations between single |, arguments between blanks outside parentheses.
// Error{usage} with the reason alone, naming the operation and how it is written.
std::vector<BendText> read_bends(std::string_view text);

}  // namespace spectradiff
