// Who may read and write a file, carried over to the file that takes its place. Private to this module.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>

namespace spectradiff::detail {

// Owner, group, permissions and POSIX access list. The bits set-user-ID and set-group-ID are not kept.
class FileAccess {
 public:
  // Of an existing regular file; nothing else has one.
  static std::optional<FileAccess> of(const std::filesystem::path& path);

  // To an open file that only its owner can read yet, as far as the system allows; where it does not, fewer
  // may read it, never more.
  void give_to(int descriptor) const;

 private:
  uid_t owner_ = 0;
  gid_t group_ = 0;
  mode_t permissions_ = 0;
  std::string access_list_;  // as the system stores it; empty: none beyond the permissions
};

}  // namespace spectradiff::detail
