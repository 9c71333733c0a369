#include "joined_flac.h"

#include <string>
#include <string_view>

#include "sound_file.h"

namespace spectradiff {
namespace {

using namespace std::string_view_literals;

// "fLaC", then a STREAMINFO block of 34 bytes, the last block or not.
constexpr std::string_view kMark = "fLaC"sv;
constexpr size_t kHeaderBytes = 8 + 34;
constexpr size_t kScanBytes = 1 << 20;

bool is_header(std::string_view bytes) {
  return bytes.starts_with(kMark) && (bytes[4] & 0x7f) == 0 && bytes.substr(5, 3) == "\0\0\x22"sv;
}

// 20 bits of rate and 36 of samples: the last bytes of 14 to 21 in STREAMINFO.
double stated_seconds(std::string_view header) {
  uint64_t fields = 0;
  for (size_t i = 18; i < 26; ++i) fields = fields << 8 | static_cast<uint8_t>(header[i]);
  const uint64_t rate_hz = fields >> 44, samples = fields & 0xfffffffffULL;
  return rate_hz == 0 ? 0 : static_cast<double>(samples) / static_cast<double>(rate_hz);
}

}  // namespace

JoinedFlac find_joined_flac(const SoundFile& file) {
  JoinedFlac found;
  std::string block;
  bool first = true;
  for (int64_t offset = 0; offset < file.bytes(); offset += kScanBytes) {
    block.resize(kScanBytes + kHeaderBytes - 1);
    block.resize(file.read_at(offset, block.data(), block.size()));
    for (size_t at = block.find(kMark); at != std::string::npos; at = block.find(kMark, at + 1)) {
      const std::string_view header = std::string_view(block).substr(at, kHeaderBytes);
      if (at >= kScanBytes || header.size() < kHeaderBytes || !is_header(header)) continue;
      if (!first) {
        ++found.songs;
        found.behind_s += stated_seconds(header);
      }
      first = false;
    }
  }
  return found;
}

}  // namespace spectradiff
