// The file that a sound lies in, opened once and safely; stdin becomes a temporary file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace spectradiff {

// A regular file, open for reading. Safe to read from several threads.
class SoundFile {
 public:
  // Error{input} when the path is missing, unreadable, a folder, a pipe or a device.
  static SoundFile open(const std::filesystem::path& path);
  // Everything that `descriptor` gives, in a new file without a name in TMPDIR (or /tmp). Error{input} beyond
  // max_bytes, Error{output} when it cannot be written.
  static SoundFile spool(int descriptor, int64_t max_bytes);

  SoundFile(SoundFile&& other) noexcept;
  SoundFile& operator=(SoundFile&& other) noexcept;
  ~SoundFile();

  const std::filesystem::path& path() const { return path_; }
  const std::string& name() const { return name_; }  // for messages: printable, "standard input" for a spool
  int64_t bytes() const { return bytes_; }

  // Bytes from `offset`; fewer only at the end of the file. Error{input} when the disk fails.
  size_t read_at(int64_t offset, void* data, size_t size) const;
  std::string head(size_t size) const;

 private:
  SoundFile() = default;

  std::filesystem::path path_;
  std::string name_;
  int64_t bytes_ = 0;
  int descriptor_ = -1;
};

// A file name as one line of valid UTF-8: control characters and stray bytes as \x0a.
std::string printable_name(std::string_view name);

}  // namespace spectradiff
