#include "spectradiff/diffusion/model_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <vector>

#include "spectradiff/base/error.h"
#include "spectradiff/base/sha256.h"
#include "spectradiff/base/text.h"

namespace spectradiff {

struct ModelFile::Handle {
  explicit Handle(std::filesystem::path path_in)
      : path(std::move(path_in)), descriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}
  ~Handle() {
    if (descriptor >= 0) ::close(descriptor);
  }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;

  std::filesystem::path path;
  int descriptor = -1;
  Times opened;
};

ModelFile::ModelFile(std::filesystem::path path) {
  auto handle = std::make_unique<Handle>(std::move(path));
  if (handle->descriptor < 0)
    throw_error(ErrorKind::model, "{} cannot be opened: {}", handle->path.string(), errno_text(errno));
  struct stat status{};
  if (::fstat(handle->descriptor, &status) != 0 || !S_ISREG(status.st_mode))
    throw_error(ErrorKind::model, "{} is no regular file", handle->path.string());
  Handle& opened = *handle;
  handle_ = std::move(handle);
  opened.opened = times();
}

ModelFile::~ModelFile() = default;
ModelFile::ModelFile(ModelFile&&) noexcept = default;

const std::filesystem::path& ModelFile::path() const {
  return handle_->path;
}

uint64_t ModelFile::bytes() const {
  return static_cast<uint64_t>(handle_->opened.bytes);
}

void ModelFile::read(uint64_t at, std::span<char> into) const {
  while (!into.empty()) {
    const ssize_t count = ::pread(handle_->descriptor, into.data(), into.size(), static_cast<off_t>(at));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) {
      throw_error(ErrorKind::model, "{} cannot be read at byte {}: {}", path().string(), at,
                  count < 0 ? errno_text(errno) : "it ends there");
    }
    into = into.subspan(static_cast<size_t>(count));
    at += static_cast<uint64_t>(count);
  }
}

std::string ModelFile::sha256() const {
  constexpr uint64_t kBlockBytes = 1 << 20;
  Sha256 hash;
  std::vector<char> block(std::min(kBlockBytes, bytes()));
  for (uint64_t at = 0; at < bytes(); at += block.size()) {
    block.resize(std::min(kBlockBytes, bytes() - at));
    read(at, block);
    hash.update(std::string_view(block.data(), block.size()));
  }
  return hash.hex();
}

// A descriptor has a name on Linux and on macOS; opening it opens the file that it is of, whatever has the
// file's old name by now.
std::filesystem::path ModelFile::open_name() const {
  return fmt::format("/dev/fd/{}", handle_->descriptor);
}

ModelFile::Times ModelFile::times() const {
  struct stat status{};
  if (::fstat(handle_->descriptor, &status) != 0)
    throw_error(ErrorKind::model, "{} cannot be looked at: {}", path().string(), errno_text(errno));
#ifdef __APPLE__
  const auto &modified = status.st_mtimespec, &changed = status.st_ctimespec;
#else
  const auto &modified = status.st_mtim, &changed = status.st_ctim;
#endif
  return {status.st_size, modified.tv_sec, modified.tv_nsec, changed.tv_sec, changed.tv_nsec};
}

// Other times are no proof of another content: renaming a file and linking to it change them too.
ModelFile::Times ModelFile::require_content(const std::string& expected) const {
  const Times now = times();
  if (now != handle_->opened && (now.bytes != handle_->opened.bytes || sha256() != expected)) {
    throw_error(ErrorKind::model, "{} was changed after it was checked; it was not loaded, start again",
                path().string());
  }
  return now;
}

void ModelFile::require_untouched(const Times& since) const {
  if (times() != since)
    throw_error(ErrorKind::model, "{} was changed while it was loaded; it was not run, start again",
                path().string());
}

}  // namespace spectradiff
