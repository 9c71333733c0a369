// What names of series mean.
#pragma once

#include <array>
#include <optional>
#include <string_view>

namespace spectradiff {

constexpr std::array<const char*, 12> kPitchClasses = {"c",  "cs", "d",  "ds", "e",  "f",
                                                       "fs", "g",  "gs", "a",  "as", "b"};

struct Band {
  double low_hz;
  double high_hz;
};

// "band:40:120"; nothing for any other name.
std::optional<Band> band_of_name(std::string_view name);

}  // namespace spectradiff
