#include "crc32.h"

#include <array>
#include <bit>
#include <cstring>

namespace spectradiff {
namespace {

// Row r: what a byte does to the checksum when r more follow it. Eight rows take eight bytes at a time, some
// gigabytes a second where one row takes a few hundred megabytes.
constexpr size_t kRows = 8;
using Tables = std::array<std::array<uint32_t, 256>, kRows>;

constexpr Tables make_tables() {
  Tables tables{};
  for (uint32_t byte = 0; byte < 256; ++byte) {
    uint32_t value = byte;
    for (int bit = 0; bit < 8; ++bit) value = value & 1 ? value >> 1 ^ 0xEDB88320 : value >> 1;
    tables[0][byte] = value;
  }
  for (size_t row = 1; row < kRows; ++row) {
    for (size_t byte = 0; byte < 256; ++byte) {
      const uint32_t before = tables[row - 1][byte];
      tables[row][byte] = before >> 8 ^ tables[0][before & 0xFF];
    }
  }
  return tables;
}

constexpr Tables kTables = make_tables();

}  // namespace

uint32_t crc32(uint32_t before, std::span<const char> bytes) {
  uint32_t value = ~before;
  if constexpr (std::endian::native == std::endian::little) {
    for (; bytes.size() >= kRows; bytes = bytes.subspan(kRows)) {
      std::array<uint8_t, kRows> block;
      std::memcpy(block.data(), bytes.data(), kRows);
      uint32_t first = 0;
      std::memcpy(&first, block.data(), sizeof first);
      first ^= value;
      std::memcpy(block.data(), &first, sizeof first);
      value = 0;
      for (size_t i = 0; i < kRows; ++i) value ^= kTables[kRows - 1 - i][block[i]];
    }
  }
  for (const char each : bytes) value = value >> 8 ^ kTables[0][(value ^ static_cast<uint8_t>(each)) & 0xFF];
  return ~value;
}

}  // namespace spectradiff
