// What names of series mean.
#pragma once

#include <optional>
#include <string_view>

namespace spectradiff {

struct Band {
  double low_hz;
  double high_hz;
};

// "band:40:120"; nothing for any other name.
std::optional<Band> band_of_name(std::string_view name);

}  // namespace spectradiff
