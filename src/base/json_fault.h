#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace spectradiff {

// What nlohmann's parser says of a fault at byte `place` of `text`, in words for someone who wrote the file
// by hand.
std::string plain_fault(std::string_view said, std::string_view text, size_t place);

}  // namespace spectradiff
