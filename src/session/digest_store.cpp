#include "spectradiff/session/digest_store.h"

#include <sys/stat.h>

#include "spectradiff/base/digest.h"

namespace spectradiff {
namespace {

int64_t nanoseconds(const timespec& time) {
  return int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

}  // namespace

std::string DigestStore::of_file(const std::filesystem::path& file) {
  struct stat facts = {};
  if (stat(file.c_str(), &facts) != 0) return digest_of_file(file);  // which says what is wrong
  const Identity identity{facts.st_dev, facts.st_ino, facts.st_size, nanoseconds(facts.st_mtim),
                          nanoseconds(facts.st_ctim)};
  const auto known = digests_.find(identity);
  if (known != digests_.end()) return known->second;
  return digests_[identity] = digest_of_file(file);
}

}  // namespace spectradiff
