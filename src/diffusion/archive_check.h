// Looks through a network file's zip directory before libtorch, whose parser trusts it, is given the file.
#pragma once

#include "spectradiff/diffusion/model_file.h"

namespace spectradiff {

// Throws Error{model} naming the file and what is wrong: not a zip archive (and what it looks like instead),
// a directory that does not fit the file, sizes that lie, entries that overlap, names outside the archive,
// more than is sane to unpack, or no TorchScript program inside (what torch.save writes). Reads the directory
// and the entries' headers, none of the data.
void check_torchscript_archive(const ModelFile& file);

// The same for a package of AOTInductor, which libtorch unpacks into a temporary folder.
void check_compiled_archive(const ModelFile& file);

// Reads all that either holds, weights, positions and code, and holds it to the sizes and checksums that the
// archive states. libtorch reads none of these.
void check_archive_contents(const ModelFile& file);

}  // namespace spectradiff
