#include "spectradiff/base/file.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <functional>
#include <optional>
#include <vector>

#include "descriptor.h"

namespace spectradiff {
namespace detail {

Descriptor open_for_reading(const std::filesystem::path& path, ErrorKind kind) {
  Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) throw_error(kind, "cannot read {}: {}", path.native(), errno_text(errno));
  struct stat status{};
  if (::fstat(file.get(), &status) == 0 && S_ISDIR(status.st_mode)) {
    throw_error(kind, "cannot read {}: it is a folder", path.native());
  }
  return file;
}

size_t read_some(int fd, std::span<char> block, std::string_view name, ErrorKind kind) {
  for (;;) {
    const ssize_t count = ::read(fd, block.data(), block.size());
    if (count >= 0) return static_cast<size_t>(count);
    if (errno != EINTR) throw_error(kind, "cannot read {}: {}", name, errno_text(errno));
  }
}

}  // namespace detail

namespace {

using detail::Descriptor;

constexpr size_t kMaxNameBytes = 255;

std::string read_all(int fd, uint64_t max_bytes, std::string_view name, ErrorKind kind) {
  std::string text;
  std::vector<char> block(65536);
  while (const size_t count = detail::read_some(fd, block, name, kind)) {
    if (count > max_bytes - text.size()) {
      throw_error(kind, "{} is larger than the {} bytes that are allowed", name, max_bytes);
    }
    text.append(block.data(), count);
  }
  return text;
}

std::filesystem::path folder_of(const std::filesystem::path& path) {
  const auto folder = path.parent_path();
  return folder.empty() ? std::filesystem::path(".") : folder;
}

std::optional<mode_t> mode_of(const std::filesystem::path& path) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) return std::nullopt;
  return status.st_mode;
}

// Where `path` leads when it is a symbolic link, so that the link survives.
std::filesystem::path resolved(const std::filesystem::path& path) {
  std::error_code error;
  if (!std::filesystem::is_symlink(path, error)) return path;
  auto target = std::filesystem::canonical(path, error);
  return error ? path : target;
}

std::string part_name(const std::string& name) {
  const std::string suffix = fmt::format(".part-{}", ::getpid());
  if (1 + name.size() + suffix.size() <= kMaxNameBytes) return fmt::format(".{}{}", name, suffix);
  // Cut names may agree; the hash keeps two files of one process apart.
  const std::string hash = fmt::format("~{:016x}", std::hash<std::string>{}(name));
  size_t kept = kMaxNameBytes - 1 - hash.size() - suffix.size();
  while (kept > 0 && (static_cast<uint8_t>(name[kept]) & 0xC0U) == 0x80) --kept;
  return fmt::format(".{}{}{}", name.substr(0, kept), hash, suffix);
}

// Some file systems and special folders cannot be synced; that is no failure of ours.
void sync_descriptor(int fd, const std::filesystem::path& path) {
  if (::fsync(fd) == 0) return;
  if (errno == EINVAL || errno == ENOTSUP || errno == EROFS || errno == ENOSYS) return;
  throw_error(ErrorKind::output, "cannot write {} to disk: {}", path.native(), errno_text(errno));
}

void sync_file(const std::filesystem::path& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0)
    throw_error(ErrorKind::output, "cannot finish {}: {}", path.native(), errno_text(errno));
  sync_descriptor(file.get(), path);
}

void sync_folder(const std::filesystem::path& folder) {
  const Descriptor file(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (file.get() >= 0) sync_descriptor(file.get(), folder);
}

[[noreturn]] void fail_exists(const std::filesystem::path& path) {
  throw_error(ErrorKind::output, "{} exists already; give another name, or -y to overwrite it",
              path.native());
}

// 0 or an errno.
int rename_without_replacing(const std::filesystem::path& from, const std::filesystem::path& to) {
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return 0;
  if (errno != EINVAL && errno != ENOSYS && errno != ENOTSUP) return errno;
  if (::link(from.c_str(), to.c_str()) == 0) return ::unlink(from.c_str()) == 0 ? 0 : errno;
  if (errno != EPERM && errno != ENOTSUP && errno != ENOSYS) return errno;
  // A file system with neither: look, then rename.
  struct stat status{};
  if (::lstat(to.c_str(), &status) == 0) return EEXIST;
  return ::rename(from.c_str(), to.c_str()) == 0 ? 0 : errno;
}

}  // namespace

std::string read_file(const std::filesystem::path& path, uint64_t max_bytes, ErrorKind kind) {
  const Descriptor file = detail::open_for_reading(path, kind);
  return read_all(file.get(), max_bytes, path.native(), kind);
}

std::string read_stdin(uint64_t max_bytes) {
  return read_all(STDIN_FILENO, max_bytes, "stdin", ErrorKind::input);
}

PartFile::PartFile(const std::filesystem::path& final_path) : final_path_(resolved(final_path)) {
  const auto mode = mode_of(final_path_);
  if (mode && S_ISDIR(*mode))
    throw_error(ErrorKind::output, "cannot write {}: it is a folder", final_path_.native());
  if (mode && !S_ISREG(*mode)) {
    throw_error(ErrorKind::output, "cannot write {}: it is not a regular file", final_path_.native());
  }
  const std::string name = final_path_.filename();
  if (name.empty())
    throw_error(ErrorKind::output, "cannot write '{}': it names no file", final_path_.native());
  if (name.size() > kMaxNameBytes) {
    throw_error(ErrorKind::output, "cannot write {}: the name is longer than {} bytes", final_path_.native(),
                kMaxNameBytes);
  }
  const auto folder_mode = mode_of(folder_of(final_path_));
  if (!folder_mode || !S_ISDIR(*folder_mode)) {
    throw_error(ErrorKind::output, "cannot write {}: the folder {} {}", final_path_.native(),
                folder_of(final_path_).native(), folder_mode ? "is a file" : "does not exist");
  }
  part_path_ = final_path_.parent_path() / part_name(name);
}

PartFile::~PartFile() {
  if (!committed_) ::unlink(part_path_.c_str());
}

void PartFile::commit(bool replace) {
  sync_file(part_path_);
  const int error = replace ? (::rename(part_path_.c_str(), final_path_.c_str()) == 0 ? 0 : errno)
                            : rename_without_replacing(part_path_, final_path_);
  if (error == EEXIST && !replace) fail_exists(final_path_);
  if (error != 0)
    throw_error(ErrorKind::output, "cannot write {}: {}", final_path_.native(), errno_text(error));
  committed_ = true;
  sync_folder(folder_of(final_path_));
}

void write_file(const std::filesystem::path& path, const std::function<void(const TextSink&)>& produce,
                bool replace) {
  const auto mode = mode_of(path);
  if (mode && !S_ISREG(*mode) && !S_ISDIR(*mode)) {
    const Descriptor device(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
    if (device.get() < 0)
      throw_error(ErrorKind::output, "cannot write {}: {}", path.native(), errno_text(errno));
    produce([&](std::string_view bytes) { write_all(device.get(), bytes, path.native()); });
    return;
  }
  if (mode && S_ISREG(*mode) && !replace) fail_exists(path);
  PartFile part(path);
  Descriptor file(::open(part.path().c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0666));
  if (file.get() < 0) throw_error(ErrorKind::output, "cannot write {}: {}", path.native(), errno_text(errno));
  produce([&](std::string_view bytes) { write_all(file.get(), bytes, path.native()); });
  if (::close(file.release()) != 0) {
    throw_error(ErrorKind::output, "cannot write {}: {}", path.native(), errno_text(errno));
  }
  part.commit(replace);
}

void write_file(const std::filesystem::path& path, std::string_view bytes, bool replace) {
  write_file(path, [bytes](const TextSink& sink) { sink(bytes); }, replace);
}

void write_file(const std::filesystem::path& path, std::span<const uint8_t> bytes, bool replace) {
  write_file(path, std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()), replace);
}

void write_all(int descriptor, std::string_view bytes, std::string_view name) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(descriptor, bytes.data(), bytes.size());
    if (count >= 0) {
      bytes.remove_prefix(static_cast<size_t>(count));
    } else if (errno == EAGAIN) {
      pollfd ready{descriptor, POLLOUT, 0};
      ::poll(&ready, 1, -1);
    } else if (errno != EINTR) {
      throw_error(ErrorKind::output, "cannot write {}: {}", name, errno_text(errno));
    }
  }
}

}  // namespace spectradiff
