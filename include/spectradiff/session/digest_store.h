// Digests of files that several jobs read.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <tuple>

namespace spectradiff {

// One thread.
class DigestStore {
 public:
  // digest_of_file of base/digest.h. A file is read once while its inode and its times of writing and of
  // change stay.
  std::string of_file(const std::filesystem::path& file);

 private:
  using Identity = std::tuple<dev_t, ino_t, off_t, int64_t, int64_t>;  // size, written, changed: in ns
  std::map<Identity, std::string> digests_;
};

}  // namespace spectradiff
