// Size and checksum of an archive's entry, read in blocks.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace spectradiff {

// Of what the blocks hold once unpacked. Not thread-safe.
class ContentChecksum {
 public:
  static constexpr uint64_t kBlockBytes = 1 << 20;

  explicit ContentChecksum(bool is_deflated);  // else stored as it is
  ~ContentChecksum();

  // The next block, at most kBlockBytes of them. False: these are no deflated bytes, or more than one stream.
  bool add(std::span<const char> block);

  uint64_t size() const { return size_; }    // bytes
  uint32_t crc32() const { return crc32_; }  // as ISO 3309 and zip have it

 private:
  struct Inflater;
  void count(std::span<const char> content);

  std::unique_ptr<Inflater> inflater_;  // null: stored
  std::vector<char> unpacked_;
  uint64_t size_ = 0;
  uint32_t crc32_ = 0;
};

}  // namespace spectradiff
