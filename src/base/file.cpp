#include "spectradiff/base/file.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstdio>
#include <functional>
#include <optional>
#include <vector>

#include "descriptor.h"
#include "file_access.h"
#include "links.h"
#include "spectradiff/base/process.h"

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
constexpr size_t kMaxPathBytes = PATH_MAX - 1;

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

// `what` begins every message: "cannot write x.png", or a setting as "output = x.mp4".
[[noreturn]] void fail_lookup(int error, std::string_view what) {
  switch (error) {
    case ENAMETOOLONG:
      throw_error(ErrorKind::output,
                  "{}: that is too long; the name of a file or folder has at most {} bytes, a whole path {}",
                  what, kMaxNameBytes, kMaxPathBytes);
    case ELOOP:
      throw_error(ErrorKind::output,
                  "{}: this symbolic link leads in a circle; remove it, or give another name", what);
    default:
      throw_error(ErrorKind::output, "{}: {}", what, errno_text(error));
  }
}

// Nothing where there is nothing. Error{output} when the system cannot tell.
std::optional<mode_t> mode_of(const std::filesystem::path& path, std::string_view what, bool follow = true) {
  struct stat status{};
  if ((follow ? ::stat(path.c_str(), &status) : ::lstat(path.c_str(), &status)) == 0) return status.st_mode;
  if (errno == ENOENT || errno == ENOTDIR) return std::nullopt;
  fail_lookup(errno, what);
}

void require_folder(const std::filesystem::path& folder, std::string_view what) {
  const auto mode = mode_of(folder, what);
  if (mode && S_ISDIR(*mode)) return;
  throw_error(ErrorKind::output, "{}: the folder {} {}", what, folder.native(),
              mode ? "is a file" : "does not exist; make it first");
}

std::string cannot_write(const std::filesystem::path& path) {
  return fmt::format("cannot write {}", path.native());
}

// Where the bytes go when `path` is a symbolic link, so that the link survives.
std::filesystem::path target_of(const std::filesystem::path& path) {
  auto target = detail::followed(path);
  if (!target) fail_lookup(ELOOP, cannot_write(path));
  return *std::move(target);
}

std::string part_name(const std::string& name) {
  const std::string suffix = fmt::format(".part-{}-{}", ::getpid(), place_letters());
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

// The file is there under its name by now; a disk that cannot say so for sure takes nothing back.
void sync_folder(const std::filesystem::path& folder) {
  const Descriptor file(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (file.get() >= 0) ::fsync(file.get());
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

PartFile::PartFile(const std::filesystem::path& final_path) : final_path_(target_of(final_path)) {
  const std::string what = cannot_write(final_path_);
  const std::string name = final_path_.filename();
  if (name.empty())
    throw_error(ErrorKind::output, "cannot write '{}': it names no file", final_path_.native());
  require_folder(detail::folder_of(final_path_), what);
  const auto mode = mode_of(final_path_, what);
  if (mode && S_ISDIR(*mode)) throw_error(ErrorKind::output, "{}: it is a folder", what);
  if (mode && !S_ISREG(*mode)) throw_error(ErrorKind::output, "{}: it is not a regular file", what);
  part_path_ = final_path_.parent_path() / part_name(name);
  if (!mode) return;
  // What takes the place of a file may be as private as that: from the first byte only its owner reads it.
  ::unlink(part_path_.c_str());
  const Descriptor file(::open(part_path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (file.get() < 0) throw_error(ErrorKind::output, "{}: {}", what, errno_text(errno));
}

PartFile::~PartFile() {
  if (!committed_) ::unlink(part_path_.c_str());
}

void PartFile::commit(bool replace) {
  const std::string what = cannot_write(final_path_);
  {
    const Descriptor file(::open(part_path_.c_str(), O_RDONLY | O_CLOEXEC));
    if (file.get() < 0) throw_error(ErrorKind::output, "{}: {}", what, errno_text(errno));
    if (const auto access = detail::FileAccess::of(final_path_); access && replace)
      access->give_to(file.get());
    sync_descriptor(file.get(), final_path_);
  }
  const int error = replace ? (::rename(part_path_.c_str(), final_path_.c_str()) == 0 ? 0 : errno)
                            : rename_without_replacing(part_path_, final_path_);
  if (error == EEXIST && !replace) fail_exists(final_path_);
  if (error != 0) throw_error(ErrorKind::output, "{}: {}", what, errno_text(error));
  committed_ = true;
  sync_folder(detail::folder_of(final_path_));
}

bool is_taken(const std::filesystem::path& path, std::string_view setting) {
  return mode_of(path, setting, false).has_value();
}

void check_folder(const std::filesystem::path& folder, std::string_view setting) {
  require_folder(folder, setting);
  if (::access(folder.c_str(), W_OK | X_OK) != 0)
    throw_error(ErrorKind::output, "{}: no permission to write in the folder {}", setting, folder.native());
}

void check_new_file(const std::filesystem::path& path, bool replace, std::string_view setting) {
  const auto mode = mode_of(path, setting);
  if (mode && S_ISDIR(*mode)) throw_error(ErrorKind::output, "{} is a folder; name a file in it", setting);
  if (!replace && is_taken(path, setting))
    throw_error(ErrorKind::output, "{} exists; -y replaces it", setting);
  check_folder(detail::folder_of(detail::followed(path).value_or(path)), setting);
}

void write_file(const std::filesystem::path& path, const std::function<void(const TextSink&)>& produce,
                bool replace) {
  const std::string what = cannot_write(path);
  const auto mode = mode_of(path, what);
  if (mode && !S_ISREG(*mode) && !S_ISDIR(*mode)) {
    const Descriptor device(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
    if (device.get() < 0) throw_error(ErrorKind::output, "{}: {}", what, errno_text(errno));
    produce([&](std::string_view bytes) { write_all(device.get(), bytes, path.native()); });
    return;
  }
  if (!replace && !(mode && S_ISDIR(*mode)) && is_taken(path, what)) fail_exists(path);
  PartFile part(path);
  Descriptor file(::open(part.path().c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0666));
  if (file.get() < 0) throw_error(ErrorKind::output, "{}: {}", what, errno_text(errno));
  produce([&](std::string_view bytes) { write_all(file.get(), bytes, path.native()); });
  if (::close(file.release()) != 0) throw_error(ErrorKind::output, "{}: {}", what, errno_text(errno));
  part.commit(replace);
}

void write_file(const std::filesystem::path& path, std::string_view bytes, bool replace) {
  write_file(path, [bytes](const TextSink& sink) { sink(bytes); }, replace);
}

void write_file(const std::filesystem::path& path, std::span<const uint8_t> bytes, bool replace) {
  write_file(path, std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()), replace);
}

void append_to_file(const std::filesystem::path& path, std::string_view bytes) {
  const Descriptor file(::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666));
  if (file.get() < 0)
    throw_error(ErrorKind::output, "{} cannot be written: {}", path.native(), errno_text(errno));
  write_all(file.get(), bytes, path.native());
  sync_descriptor(file.get(), path);
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
      const int error = errno;
      throw_error(ErrorKind::output, "cannot write {}: {}", name,
                  write_failure(error, descriptor, bytes.size()));
    }
  }
}

std::string write_failure(int error, int descriptor, uint64_t missing_bytes) {
  struct statvfs disk{};
  if ((error != ENOSPC && error != EDQUOT) || ::fstatvfs(descriptor, &disk) != 0) return errno_text(error);
  const std::string needed = fmt::format("it needs at least {} bytes more", missing_bytes);
  if (error == EDQUOT) {
    return fmt::format(
        "{} and your quota on this disk is used up; delete something there, or write to "
        "another disk",
        needed);
  }
  return fmt::format("the disk is full: {} and {} bytes are free; make room, or write to another disk",
                     needed, uint64_t{disk.f_bavail} * disk.f_frsize);
}

}  // namespace spectradiff
