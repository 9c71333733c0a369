#include "wav_header.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstring>
#include <string_view>

#include "sound_file.h"

namespace spectradiff {
namespace {

using Bytes = std::array<uint8_t, 16>;

constexpr int kMaxChunks = 4096;
constexpr size_t kChunkHeaderBytes = 8;
constexpr std::string_view kUsualChunks[] = {"data", "fmt ", "fact", "LIST", "JUNK", "bext",
                                             "cue ", "smpl", "PEAK", "id3 ", "ID3 "};

uint64_t read_integer(const uint8_t* bytes, int size, bool big_endian) {
  uint64_t value = 0;
  for (int i = 0; i < size; ++i) value = value << 8 | bytes[big_endian ? i : size - 1 - i];
  return value;
}

bool is_chunk_id(const uint8_t* id) {
  return std::all_of(id, id + 4,
                     [](uint8_t byte) { return std::isalnum(byte) != 0 || byte == ' ' || byte == '_'; });
}

// Length of an ID3v2 tag in front of the RIFF header, which libsndfile skips too.
int64_t id3_bytes(const Bytes& head) {
  if (std::memcmp(head.data(), "ID3", 3) != 0) return 0;
  int64_t size = 0;
  for (int i = 6; i < 10; ++i) size = size << 7 | (head[static_cast<size_t>(i)] & 0x7f);
  return size + 10;
}

// Walks over the chunks from `offset`.
class ChunkReader {
 public:
  ChunkReader(const SoundFile& file, int64_t offset, bool big_endian, bool rf64)
      : file_(file), offset_(offset), big_endian_(big_endian), rf64_(rf64) {}

  WavHeader read() {
    WavHeader header;
    header.big_endian = big_endian_;
    for (int chunk = 0; chunk < kMaxChunks && read_chunk_header(); ++chunk) {
      if (std::memcmp(id_.data(), "fmt ", 4) == 0) read_format(header);
      if (std::memcmp(id_.data(), "ds64", 4) == 0) read_long_sizes();
      if (std::memcmp(id_.data(), "data", 4) == 0) {
        read_data(header);
        break;
      }
      offset_ += static_cast<int64_t>(kChunkHeaderBytes + size_);
      if ((size_ & 1) == 0) continue;
      if (lacks_pad()) {
        header.missing_pads.push_back(offset_);
      } else {
        ++offset_;
      }
    }
    return header;
  }

 private:
  // Behind an odd chunk: whether the next one begins at once, where its padding should be.
  bool lacks_pad() const {
    std::array<uint8_t, 4> bytes{};
    if (file_.read_at(offset_, bytes.data(), bytes.size()) < bytes.size()) return false;
    const std::string_view id(reinterpret_cast<const char*>(bytes.data()), 4);
    return std::find(std::begin(kUsualChunks), std::end(kUsualChunks), id) != std::end(kUsualChunks);
  }

  bool read_chunk_header() {
    std::array<uint8_t, kChunkHeaderBytes> bytes{};
    if (file_.read_at(offset_, bytes.data(), bytes.size()) < bytes.size()) return false;
    std::copy_n(bytes.data(), 4, id_.data());
    size_ = read_integer(bytes.data() + 4, 4, big_endian_);
    return true;
  }

  void read_format(WavHeader& header) {
    Bytes bytes{};
    if (size_ < bytes.size() || file_.read_at(body(), bytes.data(), bytes.size()) < bytes.size()) return;
    header.channels = static_cast<int>(read_integer(bytes.data() + 2, 2, big_endian_));
    header.sample_rate_hz = static_cast<uint32_t>(read_integer(bytes.data() + 4, 4, big_endian_));
    header.block_align = static_cast<int>(read_integer(bytes.data() + 12, 2, big_endian_));
  }

  void read_long_sizes() {
    Bytes bytes{};
    if (rf64_ && file_.read_at(body(), bytes.data(), bytes.size()) == bytes.size()) {
      long_data_bytes_ = read_integer(bytes.data() + 8, 8, big_endian_);
    }
  }

  void read_data(WavHeader& header) {
    header.data_size_offset = offset_ + 4;
    header.declared_bytes = rf64_ && size_ == 0xffffffffu && long_data_bytes_ != 0 ? long_data_bytes_ : size_;
    header.present_bytes = file_.bytes() - body();
    if (header.declared_bytes < static_cast<uint64_t>(header.present_bytes)) {
      header.stray_bytes = count_stray_bytes(body() + static_cast<int64_t>(header.declared_bytes));
    }
  }

  // Bytes behind the samples that are neither chunks nor the tags people append.
  int64_t count_stray_bytes(int64_t offset) {
    offset_ = offset + (offset - body()) % 2;
    const int64_t end = file_.bytes();
    for (int chunk = 0; chunk < kMaxChunks && end - offset_ > 1; ++chunk) {
      if (!read_chunk_header()) break;
      if (std::memcmp(id_.data(), "TAG", 3) == 0 || std::memcmp(id_.data(), "ID3", 3) == 0) return 0;
      if (!is_chunk_id(id_.data()) || offset_ + static_cast<int64_t>(kChunkHeaderBytes + size_) > end) break;
      offset_ += static_cast<int64_t>(kChunkHeaderBytes + size_ + (size_ & 1));
    }
    return std::max<int64_t>(0, end - offset_);
  }

  int64_t body() const { return offset_ + static_cast<int64_t>(kChunkHeaderBytes); }

  const SoundFile& file_;
  int64_t offset_;
  const bool big_endian_;
  const bool rf64_;
  std::array<uint8_t, 4> id_{};
  uint64_t size_ = 0;
  uint64_t long_data_bytes_ = 0;
};

}  // namespace

std::optional<WavHeader> read_wav_header(const SoundFile& file) {
  Bytes head{};
  file.read_at(0, head.data(), head.size());
  const int64_t start = id3_bytes(head);
  if (start > 0 && file.read_at(start, head.data(), head.size()) < 12) return std::nullopt;
  const std::string_view form(reinterpret_cast<const char*>(head.data()), 4);
  const std::string_view type(reinterpret_cast<const char*>(head.data()) + 8, 4);
  if ((form != "RIFF" && form != "RIFX" && form != "RF64" && form != "BW64") || type != "WAVE")
    return std::nullopt;
  return ChunkReader(file, start + 12, form == "RIFX", form == "RF64" || form == "BW64").read();
}

}  // namespace spectradiff
