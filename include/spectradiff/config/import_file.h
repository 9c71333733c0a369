// Settings of other programs: Deforum's, and Parseq's manifests.
#pragma once

#include <filesystem>
#include <string_view>

#include "spectradiff/config/settings.h"

namespace spectradiff {

// What Deforum's settings (JSON, in .txt mostly) or a manifest that Parseq rendered say, as options here:
// schedules become expressions and signals whose names begin with import_. What has no meaning here is in the
// layer's notes. Error{usage} naming file and key.
Layer read_import(const std::filesystem::path& file);
Layer parse_import(std::string_view text, const std::string& name);

}  // namespace spectradiff
