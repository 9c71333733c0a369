// A file descriptor that closes itself, and checked reading from it.
#pragma once

#include <unistd.h>

#include <filesystem>
#include <span>
#include <string_view>
#include <utility>

#include "spectradiff/base/error.h"

namespace spectradiff::detail {

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&&) = delete;

  int get() const { return fd_; }
  int release() { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

// Error{kind} when `path` is missing, unreadable or a folder.
Descriptor open_for_reading(const std::filesystem::path& path, ErrorKind kind);

// Bytes read into `block`, 0 at the end. Error{kind} naming `name`.
size_t read_some(int fd, std::span<char> block, std::string_view name, ErrorKind kind);

}  // namespace spectradiff::detail
