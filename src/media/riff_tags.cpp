#include "riff_tags.h"

#include <array>
#include <cstdint>
#include <fstream>
#include <string_view>

namespace spectradiff {
namespace {

constexpr int64_t kLongestTag = 16 << 20;
constexpr int kMaxChunks = 4096;

struct Chunk {
  std::array<char, 4> name{};
  int64_t size = 0;
  std::string_view text() const { return {name.data(), name.size()}; }
};

class Riff {
 public:
  explicit Riff(const std::filesystem::path& path) : file_(path, std::ios::binary) {
    file_.seekg(0, std::ios::end);
    bytes_ = file_.tellg();
    if (!read_name(0, form_)) return;
    for (const std::string_view known : {"RIFF", "RIFX", "RF64", "BW64"}) is_riff_ |= text(form_) == known;
  }

  bool has_endless_tag() {
    int64_t at = 12;
    Chunk chunk;
    for (int i = 0; is_riff_ && i < kMaxChunks && read_chunk(at, text(form_) == "RIFX", chunk); ++i) {
      std::array<char, 4> kind{};
      const bool tags = chunk.text() == "LIST" && read_name(at + 8, kind) && text(kind) == "INFO";
      if (tags && has_endless_tag(at + 12, at + 8 + chunk.size)) return true;
      at += 8 + chunk.size + chunk.size % 2;
    }
    return false;
  }

 private:
  static std::string_view text(const std::array<char, 4>& name) { return {name.data(), name.size()}; }

  // Their sizes are little-endian to libav, whatever the file is.
  bool has_endless_tag(int64_t at, int64_t end) {
    Chunk tag;
    for (int i = 0; i < kMaxChunks && at < end && read_chunk(at, false, tag); ++i) {
      if (tag.size > kLongestTag && at + tag.size > bytes_) return true;
      at += 8 + tag.size + tag.size % 2;
    }
    return false;
  }

  bool read_name(int64_t at, std::array<char, 4>& name) {
    file_.clear();
    return at + 4 <= bytes_ && file_.seekg(at) && file_.read(name.data(), name.size());
  }

  bool read_chunk(int64_t at, bool big_endian, Chunk& chunk) {
    std::array<char, 4> size{};
    if (!read_name(at, chunk.name) || !read_name(at + 4, size)) return false;
    chunk.size = 0;
    for (size_t i = 0; i < size.size(); ++i)
      chunk.size = chunk.size << 8 | static_cast<uint8_t>(size[big_endian ? i : size.size() - 1 - i]);
    return true;
  }

  std::ifstream file_;
  int64_t bytes_ = 0;
  std::array<char, 4> form_{};
  bool is_riff_ = false;
};

}  // namespace

bool has_endless_tag(const std::filesystem::path& path) {
  std::error_code failed;
  return std::filesystem::is_regular_file(path, failed) && Riff(path).has_endless_tag();
}

}  // namespace spectradiff
