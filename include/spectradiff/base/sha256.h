// SHA-256 of memory and files.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "spectradiff/base/error.h"

namespace spectradiff {

// Feed bytes with update, end with hex. Not thread-safe; move-only.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;

  void update(std::span<const uint8_t> bytes);
  void update(std::string_view bytes);
  std::string hex();  // 64 lower-case digits; the object is spent afterwards

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

std::string sha256_hex(std::span<const uint8_t> bytes);
std::string sha256_hex(std::string_view bytes);

// Error{kind} when the file cannot be read to its end.
std::string sha256_file(const std::filesystem::path& path, ErrorKind kind = ErrorKind::input);

}  // namespace spectradiff
