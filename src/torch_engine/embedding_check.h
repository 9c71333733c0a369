// Whether a network looks rows up that its tables have.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "torch_headers.h"

namespace spectradiff {

// Error{model} blaming `title` where the network's own numbers (a text encoder's positions) ask for a row
// that the table lacks which they are looked up in; a GPU is of no use to the process after such a look-up.
// Gives the rows of the smallest table that the network's inputs are looked up in; absent: in none. The
// module is as it was loaded, on the CPU.
std::optional<int64_t> check_embeddings(const torch::jit::Module& module, const std::string& title);

}  // namespace spectradiff
