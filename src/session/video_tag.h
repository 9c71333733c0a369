// What a video says of how it was made: its comment tag, as runs write it and --from reads it.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "session_state.h"
#include "spectradiff/config/settings.h"

namespace spectradiff {

// What was asked for: by their keys, the options that decide pictures and sound, the model by name and hash.
// Of a given plan what it was made from; where the plan was changed since, {"plan": digest} alone.
Json asked_settings(const SessionState& state);

// What a video's comment tag holds: asked_settings, and as "constants" what all of it came to. Nothing of the
// machine where it changes no picture.
Json settings_tag(const SessionState& state);

// Of a video's settings those that decide its pictures and sound: not the machine's, no files, no trust. The
// model is named by its hash ("sha256:…", see find_model). Error{input} when the file cannot be read or holds
// no settings.
Layer old_render_layer(const std::filesystem::path& video);

// Keys of the files that the video was made from, which old_render_layer leaves out.
std::vector<std::string> files_of_old_render(const std::filesystem::path& video);

}  // namespace spectradiff
