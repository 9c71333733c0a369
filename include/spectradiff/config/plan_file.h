// Plans as text that prints, is edited and read back.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "spectradiff/base/file.h"
#include "spectradiff/base/json.h"
#include "spectradiff/config/settings.h"
#include "spectradiff/render/plan.h"

namespace spectradiff {

// {"song", "files", "settings": flat option keys, "diffusion", "video", …}: nothing in it is left open.
Json constants_to_json(const Constants& constants);

// Adds to settings, under their options, the networks that constants, as they are written, tell by a hash.
void name_networks(const Json& constants, Json& settings);

// What constants and rows of a whole plan come to, as 64 hexadecimal digits: equal digests, equal videos.
std::string plan_digest(const Plan& plan);

// A plan as JSON Lines: a first line of {"plan": 1, "frames", "made", "song_frames", "sound_samples", "fps",
// "constants", "digest": plan_digest, "request": what was asked for}, then one per frame, ascending:
//   {"frame": 12, "t": 0.8, "samples": [35280, 38220], "chain": 12, "blur": 2.0, "strength": 0.5,
//    "guidance": 4.0, "noise": [{"seed": 42, "weight": 1.0}], "prompts": [{"prompt": "…", "negative_prompt":
//    "", "weight": 1.0}], "blend": "lerp", "init": "painted"}
// A frame that is made between others has {"between": [8, 12]} in place of a recipe, one that is made and not
// shown "shown": false. An init that follows from another frame is {"previous": 11, "zoom", "turn", "pan_x",
// "pan_y", "centre_x", "centre_y", "border", "paint_over", "sharpen", "noise", "colours_of": 0}, with "depth"
// where that is not flat and "forward", "yaw", "pitch", "flip_x", "flip_y", "flip_z", "fov" where the camera
// goes through space; one of noise alone is "noise". "arcs": [{"prompt", "weight", "along"}], "sound":
// [{"feature", "samples" at 44100 Hz, "in_song", "weight"}] and "bend": [{"name", "numbers"}] stand in rows
// that have such. Numbers of the painter stand under their option's key. Where paintings leave trails the
// first line has "trails", the frames where they begin anew, and a line of {"carried": 10} with the painter's
// numbers stands behind it for each frame that trails lead through and that has no recipe. The place of a
// camera that moves the painting is "view": {"zoom", "turn", "x", "y", "border"}; what it does since the row
// before is "way": {"zoom", "turn", "x", "y"}, where pictures between the two need it. Noise that moves with
// the camera is "world_noise": {"seed", "share", "octave", "zoom", "turn", "x", "y"}.
void write_plan(const Plan& plan, const Json& request, const TextSink& sink);

struct PlanFile {
  std::string name;        // for messages
  Json trails;             // of the first line; null: it has none
  Json constants;          // of the first line
  Json request;            // what was asked for where the plan was made; null: the file does not say
  std::string digest;      // of the plan as it was made; empty: the file does not say
  std::vector<Json> rows;  // the lines behind it, by frame
  Layer settings;          // of the constants: what the job is told
};

// Error{usage} naming file and line for what is no plan. Only this file is opened.
PlanFile read_plan(const std::filesystem::path& file);
// The same of a text that messages call `name`.
PlanFile parse_plan(std::string_view text, std::string name);

// Puts the file's rows into a plan made from its settings: which frames are shown, which are made, and from
// what. Error{usage} naming row and key for a value outside its option's range and for unknown keys.
void take_rows(const PlanFile& file, Plan& plan);

// What the file says of where and by what its pictures were diffused, wherever this is read; absent: nothing
// was. The sampler is the settings' own: `job` is what these come to. Error{usage}.
std::optional<DiffusionConstants> diffusion_constants(const PlanFile& file, const RenderJob& job);

}  // namespace spectradiff
