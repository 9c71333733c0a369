#include "spectradiff/base/digest.h"

#include <sys/stat.h>

#include "spectradiff/base/sha256.h"

namespace spectradiff {

std::string digest_of_file(const std::filesystem::path& path, ErrorKind kind) {
  struct stat status{};
  if (::stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode)) {
    throw_error(kind, "{} is a pipe or a device; only a file can be read twice: save it to a file first",
                path.native());
  }
  return sha256_file(path, kind);
}

// A name cannot hold '/', nor a digest: no two lists of files give the same text.
std::string digest_of_files(std::span<const std::filesystem::path> paths, ErrorKind kind) {
  Sha256 hash;
  for (const std::filesystem::path& path : paths) {
    hash.update(path.filename().native());
    hash.update("/");
    hash.update(digest_of_file(path, kind));
    hash.update("/");
  }
  return hash.hex();
}

}  // namespace spectradiff
