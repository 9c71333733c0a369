// The models this program ships: the SHA-256 of their model.json, compiled in, so that their code needs no
// further trust.
#pragma once

#include <array>
#include <string_view>

namespace spectradiff {

inline constexpr std::array<std::string_view, 0> kPinnedModels = {};

}  // namespace spectradiff
