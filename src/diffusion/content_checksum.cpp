#include "content_checksum.h"

#include <zlib.h>

#include <new>

namespace spectradiff {

struct ContentChecksum::Inflater {
  Inflater() {
    // Negative: deflated bytes alone, as zip holds them, without zlib's own frame.
    if (inflateInit2(&stream, -MAX_WBITS) != Z_OK) throw std::bad_alloc();
  }
  ~Inflater() { inflateEnd(&stream); }

  z_stream stream{};
  bool ended = false;
};

ContentChecksum::ContentChecksum(bool is_deflated) {
  if (!is_deflated) return;
  inflater_ = std::make_unique<Inflater>();
  unpacked_.resize(kBlockBytes);
}

ContentChecksum::~ContentChecksum() = default;

void ContentChecksum::count(std::span<const char> content) {
  size_ += content.size();
  crc32_ = static_cast<uint32_t>(
      ::crc32(crc32_, reinterpret_cast<const Bytef*>(content.data()), static_cast<uInt>(content.size())));
}

bool ContentChecksum::add(std::span<const char> block) {
  if (!inflater_) {
    count(block);
    return true;
  }
  z_stream& stream = inflater_->stream;
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(block.data()));  // zlib only reads it
  stream.avail_in = static_cast<uInt>(block.size());
  while (stream.avail_in > 0) {
    if (inflater_->ended) return false;
    do {
      stream.next_out = reinterpret_cast<Bytef*>(unpacked_.data());
      stream.avail_out = static_cast<uInt>(unpacked_.size());
      const int result = inflate(&stream, Z_NO_FLUSH);
      if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR) return false;
      inflater_->ended = result == Z_STREAM_END;
      count(std::span(unpacked_).first(unpacked_.size() - stream.avail_out));
    } while (stream.avail_out == 0 && !inflater_->ended);
  }
  return true;
}

}  // namespace spectradiff
