// What identifies an input: a digest of its content.
//
// Why content and not dates. A file's date and length say when and by whom it was written, not what is in it:
// a copy, a download or a checkout of the same song has another date, and an edited picture can have the old
// one (cp -p, tar, rsync) and the old length. So a date would make finished work again that is still right,
// and keep work that no longer is. The content alone decides, wherever it lies; reading it costs a second or
// two per gigabyte.
#pragma once

#include <filesystem>
#include <span>
#include <string>

#include "spectradiff/base/error.h"

namespace spectradiff {

// SHA-256 of the file's bytes, 64 lower-case hex digits, in constant memory: it is `sha256sum FILE`. Name and
// folder do not count. Error{kind} when it cannot be read to its end; a pipe or a device, whose bytes come
// only once, is refused before anything is read from it: hash those with Sha256 where they are used.
std::string digest_of_file(const std::filesystem::path& path, ErrorKind kind = ErrorKind::input);

// Of several files that are read as one input, in the order in which they are read: their names without
// folders and their contents. Frames of a folder or of a pattern such as %05d.png, say: the folder may move,
// a frame renamed, exchanged, added or edited gives another digest. Errors as above.
std::string digest_of_files(std::span<const std::filesystem::path> paths, ErrorKind kind = ErrorKind::input);

}  // namespace spectradiff
