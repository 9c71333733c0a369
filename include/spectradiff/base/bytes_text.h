// How large something is, as people say it.
#pragma once

#include <cstdint>
#include <string>

namespace spectradiff {

// "512 bytes", "1.5 kB", "83 GB": powers of 1000, two digits where one stands before the point.
std::string bytes_text(uint64_t bytes);

}  // namespace spectradiff
