// Tags of WAV and other RIFF files that claim more than there is. Private to this module.
#pragma once

#include <filesystem>

namespace spectradiff {

// Whether a tag of the file is longer by its own word than the file and than any tag should be. libav makes
// room for the whole of a tag before it reads it: gigabytes for a file of 100 bytes. False for what is no
// RIFF file.
bool has_endless_tag(const std::filesystem::path& path);

}  // namespace spectradiff
