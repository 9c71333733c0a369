// The files of a bundle against its manifest.
#pragma once

#include <map>
#include <string>

#include "spectradiff/diffusion/manifest.h"
#include "spectradiff/diffusion/model_file.h"

namespace spectradiff {

// What verify_files does; gives the networks' files, compiled ones too, by their names, still open.
std::map<std::string, ModelFile> open_verified(const Manifest& manifest);

}  // namespace spectradiff
