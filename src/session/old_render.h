// --from: what an earlier video says of how it was made.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "session_state.h"
#include "spectradiff/config/settings.h"

namespace spectradiff {

// What a video's comment tag holds: what was asked for by the keys of the options that decide pictures and
// sound, the model by name and hash, and as "constants" what all of it came to. Nothing of the machine where
// it changes no picture.
Json settings_tag(const SessionState& state);

// Of a video's settings those that decide its pictures and sound: not the machine's, no files, no trust. The
// model is named by its hash ("sha256:…", see find_model). Error{input} when the file cannot be read or holds
// no settings.
Layer old_render_layer(const std::filesystem::path& video);

// Keys of the files that the video was made from, which old_render_layer leaves out.
std::vector<std::string> files_of_old_render(const std::filesystem::path& video);

}  // namespace spectradiff
