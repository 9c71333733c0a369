#include "sound_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <utility>
#include <vector>

#include "file_kind.h"
#include "spectradiff/base/error.h"
#include "spectradiff/base/file.h"
#include "spectradiff/base/text.h"

namespace spectradiff {
namespace {

constexpr size_t kSpoolBlockBytes = 1 << 16;
constexpr int64_t kSpoolHeadBytes = 1 << 20;  // an endless pipe of what is no sound is not kept beyond this

// What cannot be sought or has no end is refused before anything is read from it.
void require_regular(const struct stat& status, const std::string& name) {
  if (S_ISREG(status.st_mode)) return;
  if (S_ISDIR(status.st_mode)) throw_error(ErrorKind::input, "{} is a folder; name a sound file in it", name);
  if (S_ISFIFO(status.st_mode) || S_ISSOCK(status.st_mode)) {
    throw_error(ErrorKind::input, "{} is a pipe; give '-' as the song and feed the pipe to standard input",
                name);
  }
  throw_error(ErrorKind::input, "{} is a device, not a sound file", name);
}

}  // namespace

std::string printable_name(std::string_view name) {
  const bool valid = is_valid_utf8(name);
  std::string shown;
  for (const char character : name) {
    const auto byte = static_cast<unsigned char>(character);
    if (is_control(character) || (byte >= 0x80 && !valid)) {
      shown += fmt::format("\\x{:02x}", byte);
    } else {
      shown += character;
    }
  }
  return shown;
}

SoundFile SoundFile::open(const std::filesystem::path& path) {
  SoundFile file;
  file.path_ = path;
  file.name_ = printable_name(path.native());
  // O_NONBLOCK: opening a pipe that nobody writes to must not wait.
  file.descriptor_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file.descriptor_ < 0) {
    throw_error(ErrorKind::input, "cannot open {}: {}", file.name_, errno_text(errno));
  }
  struct stat status{};
  if (fstat(file.descriptor_, &status) != 0) {
    throw_error(ErrorKind::input, "cannot read {}: {}", file.name_, errno_text(errno));
  }
  require_regular(status, file.name_);
  file.bytes_ = status.st_size;
  return file;
}

SoundFile SoundFile::spool(int descriptor, int64_t max_bytes) {
  if (isatty(descriptor) == 1) {
    throw_error(ErrorKind::usage,
                "the song is '-' and standard input is a terminal; pipe a sound file into it");
  }
  const char* folder = std::getenv("TMPDIR");
  std::string pattern =
      std::string(folder != nullptr && *folder != '\0' ? folder : "/tmp") + "/spectradiff-XXXXXX";
  SoundFile file;
  file.name_ = "standard input";
  file.descriptor_ = mkostemp(pattern.data(), O_CLOEXEC);
  if (file.descriptor_ < 0) {
    throw_error(ErrorKind::output,
                "cannot make a temporary file {} for standard input: {}; set TMPDIR to a folder with space",
                printable_name(pattern), errno_text(errno));
  }
  // Without a name nothing is left behind, however the program ends.
  ::unlink(pattern.c_str());
  file.path_ = fmt::format("/proc/self/fd/{}", file.descriptor_);

  std::vector<char> block(kSpoolBlockBytes);
  bool looked = false;
  for (;;) {
    const ssize_t got = ::read(descriptor, block.data(), block.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw_error(ErrorKind::input, "cannot read standard input: {}", errno_text(errno));
    if (got == 0) return file;
    file.bytes_ += got;
    if (file.bytes_ > max_bytes) {
      throw_error(ErrorKind::input,
                  "standard input gave more than {} bytes; save the song to a file and name that", max_bytes);
    }
    write_all(file.descriptor_, {block.data(), static_cast<size_t>(got)}, pattern);
    if (!looked && file.bytes_ >= kSpoolHeadBytes) {
      looked = true;
      const FileKind kind = file_kind(file.head(kSpoolHeadBytes));
      if (!kind.may_hold_sound)
        throw_error(ErrorKind::input, "standard input gives no sound: it looks like {}", kind.name);
    }
  }
}

SoundFile::SoundFile(SoundFile&& other) noexcept {
  *this = std::move(other);
}

SoundFile& SoundFile::operator=(SoundFile&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(name_, other.name_);
  std::swap(bytes_, other.bytes_);
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

SoundFile::~SoundFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

size_t SoundFile::read_at(int64_t offset, void* data, size_t size) const {
  size_t done = 0;
  while (done < size) {
    const ssize_t got =
        pread(descriptor_, static_cast<char*>(data) + done, size - done, offset + static_cast<int64_t>(done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw_error(ErrorKind::input, "cannot read {}: {}", name_, errno_text(errno));
    if (got == 0) break;
    done += static_cast<size_t>(got);
  }
  return done;
}

std::string SoundFile::head(size_t size) const {
  std::string bytes(size, '\0');
  bytes.resize(read_at(0, bytes.data(), size));
  return bytes;
}

}  // namespace spectradiff
