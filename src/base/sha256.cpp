#include "spectradiff/base/sha256.h"

#include <openssl/evp.h>

#include <array>
#include <vector>

#include "descriptor.h"

namespace spectradiff {
namespace {

struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

void check(int status) {
  if (status != 1) throw_error(ErrorKind::internal, "libcrypto could not compute a SHA-256");
}

}  // namespace

struct Sha256::Impl {
  std::unique_ptr<EVP_MD_CTX, FreeContext> context{EVP_MD_CTX_new()};
};

Sha256::Sha256() : impl_(std::make_unique<Impl>()) {
  check(impl_->context != nullptr ? EVP_DigestInit_ex(impl_->context.get(), EVP_sha256(), nullptr) : 0);
}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

void Sha256::update(std::span<const uint8_t> bytes) {
  check(EVP_DigestUpdate(impl_->context.get(), bytes.data(), bytes.size()));
}

void Sha256::update(std::string_view bytes) {
  check(EVP_DigestUpdate(impl_->context.get(), bytes.data(), bytes.size()));
}

std::string Sha256::hex() {
  std::array<uint8_t, 32> digest;
  check(EVP_DigestFinal_ex(impl_->context.get(), digest.data(), nullptr));
  std::string text;
  for (const uint8_t byte : digest) text += fmt::format("{:02x}", byte);
  return text;
}

std::string sha256_hex(std::span<const uint8_t> bytes) {
  Sha256 hash;
  hash.update(bytes);
  return hash.hex();
}

std::string sha256_hex(std::string_view bytes) {
  Sha256 hash;
  hash.update(bytes);
  return hash.hex();
}

std::string sha256_file(const std::filesystem::path& path, ErrorKind kind) {
  const detail::Descriptor file = detail::open_for_reading(path, kind);
  Sha256 hash;
  std::vector<char> block(1048576);
  while (const size_t count = detail::read_some(file.get(), block, path.native(), kind)) {
    hash.update(std::string_view(block.data(), count));
  }
  return hash.hex();
}

}  // namespace spectradiff
