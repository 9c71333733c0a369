#include "file_access.h"

#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

namespace spectradiff::detail {
namespace {

constexpr const char* kAccessList = "system.posix_acl_access";

std::string access_list_of(const std::filesystem::path& path) {
  std::string bytes(65536, '\0');  // the system's limit for an attribute
  const ssize_t size = ::getxattr(path.c_str(), kAccessList, bytes.data(), bytes.size());
  bytes.resize(size > 0 ? static_cast<size_t>(size) : 0);
  return bytes;
}

// What a group may that is not the file's own: no more than everybody.
mode_t without_group(mode_t permissions) {
  return (permissions & ~mode_t{S_IRWXG}) | (permissions & S_IRWXO) << 3;
}

}  // namespace

std::optional<FileAccess> FileAccess::of(const std::filesystem::path& path) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
  FileAccess access;
  access.owner_ = status.st_uid;
  access.group_ = status.st_gid;
  access.permissions_ = status.st_mode & 0777;
  access.access_list_ = access_list_of(path);
  return access;
}

void FileAccess::give_to(int descriptor) const {
  bool complete =
      ::fchown(descriptor, owner_, group_) == 0 || ::fchown(descriptor, static_cast<uid_t>(-1), group_) == 0;
  if (complete && !access_list_.empty()) {
    complete = ::fsetxattr(descriptor, kAccessList, access_list_.data(), access_list_.size(), 0) == 0;
  }
  // Last, because a change of owner may clear bits. Where it fails, as on disks that know no permissions, the
  // file stays as private as it was made.
  (void)::fchmod(descriptor, complete ? permissions_ : without_group(permissions_));
}

}  // namespace spectradiff::detail
