#include "spectradiff/render/picture_spill.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <string>

#include "spectradiff/base/error.h"

namespace spectradiff {
namespace {

[[noreturn]] void fail(const char* what) {
  throw_error(
      ErrorKind::output,
      "pictures that wait to be shown cannot be {} {}: {}; make room there, or name another folder in "
      "TMPDIR",
      what, std::filesystem::temp_directory_path().string(), errno_text(errno));
}

// All bytes at `place`; `call` is pread or pwrite.
template <typename Call, typename Byte>
bool transfer(Call call, int descriptor, Byte* bytes, size_t count, int64_t place) {
  while (count > 0) {
    const ssize_t done = call(descriptor, bytes, count, place);
    if (done < 0 && errno == EINTR) continue;
    if (done <= 0) return false;
    bytes += done;
    count -= static_cast<size_t>(done);
    place += done;
  }
  return true;
}

}  // namespace

PictureSpill::~PictureSpill() {
  if (descriptor_ >= 0) close(descriptor_);
}

void PictureSpill::open_file() {
  std::string name = (std::filesystem::temp_directory_path() / "spectradiff-XXXXXX").string();
  descriptor_ = mkostemp(name.data(), O_CLOEXEC);
  if (descriptor_ < 0) fail("written to");
  unlink(name.c_str());
}

int64_t PictureSpill::put(const Canvas& picture) {
  if (descriptor_ < 0) {
    open_file();
    size_ = picture.size();
  }
  if (picture.size() != size_) throw_error(ErrorKind::internal, "pictures of two sizes wait on disk");
  if (free_.empty()) free_.push_back(places_++);
  const int64_t place = free_.back();
  const auto& bytes = picture.bytes();
  if (!transfer(pwrite, descriptor_, bytes.data(), bytes.size(), place * static_cast<int64_t>(bytes.size())))
    fail("written to");
  free_.pop_back();
  return place;
}

Canvas PictureSpill::look(int64_t place) const {
  Canvas picture(size_);
  auto& bytes = picture.bytes();
  if (!transfer(pread, descriptor_, bytes.data(), bytes.size(), place * static_cast<int64_t>(bytes.size())))
    fail("read from");
  return picture;
}

Canvas PictureSpill::take(int64_t place) {
  Canvas picture = look(place);
  free_.push_back(place);
  return picture;
}

}  // namespace spectradiff
