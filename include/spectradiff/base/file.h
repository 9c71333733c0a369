// Files read with a limit and written so that the final name never holds half a file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "spectradiff/base/error.h"

namespace spectradiff {

// Whole file as bytes. Error{kind} naming the path when it is missing, a directory, unreadable or larger than
// max_bytes.
std::string read_file(const std::filesystem::path& path, uint64_t max_bytes, ErrorKind kind);

// Everything on stdin, up to max_bytes. Error{input}.
std::string read_stdin(uint64_t max_bytes);

// Refuse before any work what would be refused after it: Error{output} beginning with `setting`, as
// "output = v.mp4".
// Whether something has this name, if only a link that leads nowhere; refused: a name that no file can have.
bool is_taken(const std::filesystem::path& path, std::string_view setting);
// Refused: what is missing, is no folder or may not be written in.
void check_folder(const std::filesystem::path& folder, std::string_view setting);
// Refused: a name that is taken unless `replace`, a folder, and what is_taken and check_folder refuse.
void check_new_file(const std::filesystem::path& path, bool replace, std::string_view setting);

// A temporary sibling of `final_path`, `.NAME.part-<pid>-<place>` (NAME is shortened where the file system's
// limit asks for it), that becomes `final_path` on commit() and is removed otherwise. A symbolic link is
// followed: its target is replaced. The writer of the bytes may be anybody (libav, say): path() is where they
// go. What replaces a file keeps its permissions, access list, owner and group as far as the system allows,
// and until then only its owner may read it. Error{output} when `final_path` is a folder, a device or a pipe,
// its name is too long, or its folder is missing. One thread.
class PartFile {
 public:
  explicit PartFile(const std::filesystem::path& final_path);
  ~PartFile();
  PartFile(const PartFile&) = delete;
  PartFile& operator=(const PartFile&) = delete;

  const std::filesystem::path& path() const { return part_path_; }

  // fsync, rename, fsync of the folder. With replace false an existing final file is kept and Error{output}
  // thrown.
  void commit(bool replace);

 private:
  std::filesystem::path final_path_;
  std::filesystem::path part_path_;
  bool committed_ = false;
};

// All bytes or none under `path`; every system call checked. A pipe or a device (/dev/null, a shell's >(…))
// is written to directly. Error{output}.
void write_file(const std::filesystem::path& path, std::span<const uint8_t> bytes, bool replace);
void write_file(const std::filesystem::path& path, std::string_view bytes, bool replace);

// Where text goes, piece by piece.
using TextSink = std::function<void(std::string_view)>;
// The same for what is too large to hold: `produce` gives its bytes to the sink. What it throws leaves
// nothing behind.
void write_file(const std::filesystem::path& path, const std::function<void(const TextSink&)>& produce,
                bool replace);

// At the end of a file, which is made where it is missing, and synced. Error{output}.
void append_to_file(const std::filesystem::path& path, std::string_view bytes);

// All bytes to a descriptor, short writes and EINTR looped over; a closed pipe is an error like others
// (SIGPIPE ignored). `name` is for messages. Error{output}.
void write_all(int descriptor, std::string_view bytes, std::string_view name);

// Why writing to `descriptor` failed, for messages: the text of `error`; of a full disk also what is free
// there and how many bytes were still to be written, which is the least that is needed.
std::string write_failure(int error, int descriptor, uint64_t missing_bytes);

}  // namespace spectradiff
