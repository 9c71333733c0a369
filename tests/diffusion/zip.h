// Small zip archives that look like TorchScript.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace spectradiff {

// By its definition, a bit at a time.
inline uint32_t checksum_of(const std::string& data) {
  uint32_t value = 0xFFFFFFFF;
  for (const char each : data) {
    value ^= static_cast<uint8_t>(each);
    for (int bit = 0; bit < 8; ++bit) value = value >> 1 ^ (value & 1 ? 0xEDB88320 : 0);
  }
  return ~value;
}

struct ZipEntry {
  std::string name;
  std::string data;
  std::string local_name = name;  // what the header before the data says
  uint32_t stated_size = static_cast<uint32_t>(data.size());
  uint16_t method = 0;
  uint16_t flags = 0;
  uint32_t checksum = checksum_of(data);
};

inline std::string little_endian(uint64_t value, int width) {
  std::string bytes;
  for (int i = 0; i < width; ++i) bytes.push_back(static_cast<char>(value >> (8 * i)));
  return bytes;
}

// A plain zip archive, nothing compressed whatever the method says.
inline std::string make_zip(const std::vector<ZipEntry>& entries) {
  std::string file, directory;
  for (const ZipEntry& entry : entries) {
    const std::string sizes = little_endian(entry.data.size(), 4) + little_endian(entry.stated_size, 4);
    const std::string facts = little_endian(entry.flags, 2) + little_endian(entry.method, 2) +
                              std::string(4, '\0') + little_endian(entry.checksum, 4) + sizes;
    directory += "PK\x01\x02" + little_endian(20, 2) + little_endian(20, 2) + facts +
                 little_endian(entry.name.size(), 2) + std::string(12, '\0') + little_endian(file.size(), 4) +
                 entry.name;
    file += "PK\x03\x04" + little_endian(20, 2) + facts + little_endian(entry.local_name.size(), 2) +
            std::string(2, '\0') + entry.local_name + entry.data;
  }
  const std::string counts = little_endian(entries.size(), 2) + little_endian(entries.size(), 2);
  return file + directory + "PK\x05\x06" + std::string(4, '\0') + counts +
         little_endian(directory.size(), 4) + little_endian(file.size(), 4) + std::string(2, '\0');
}

inline std::vector<ZipEntry> torchscript_entries() {
  return {{"net/data.pkl", "weights"},
          {"net/code/__torch__.py", "def forward(): pass"},
          {"net/data/0", std::string(64, 'w')}};
}

}  // namespace spectradiff
