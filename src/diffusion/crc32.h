// The checksum that zip archives hold of each entry.
#pragma once

#include <cstdint>
#include <span>

namespace spectradiff {

// CRC-32 as ISO 3309 and zip have it (polynomial 0x04C11DB7, reflected) of `bytes` after what gave `before`;
// 0 begins. "123456789" gives CBF43926.
uint32_t crc32(uint32_t before, std::span<const char> bytes);

}  // namespace spectradiff
