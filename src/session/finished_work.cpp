#include "finished_work.h"

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "frame_record.h"
#include "spectradiff/base/error.h"
#include "spectradiff/base/file.h"
#include "spectradiff/base/text.h"
#include "spectradiff/config/options.h"
#include "spectradiff/media/probe.h"
#include "video_output.h"
#include "video_tag.h"

namespace spectradiff {
namespace {

namespace fs = std::filesystem;

// Members of two objects that are not the same.
std::vector<std::string> differing_members(const Json& made, const Json& asked) {
  std::vector<std::string> names;
  for (const auto& [name, value] : asked.items()) {
    if (made.value(name, Json()) != value) names.push_back(name);
  }
  for (const auto& [name, value] : made.items()) {
    if (!asked.contains(name)) names.push_back(name);
  }
  return names;
}

[[noreturn]] void refuse(const fs::path& file, const std::string& what) {
  throw_error(ErrorKind::output, "output = {} exists and {}; -y replaces it", file.string(), what);
}

std::string text_of(std::vector<std::string> different) {
  constexpr size_t kMost = 4;
  different.resize(std::min(kMost, different.size()));
  return "was made with other settings or files (different: " + join(different, ", ") + ")";
}

}  // namespace

std::vector<std::string> differences(const Json& made, const Json& asked) {
  if (!made.contains("constants")) return {"another version of this program"};
  std::vector<std::string> names = differing_keys(made, asked);
  const Json &then = made["constants"], &now = asked["constants"];
  if (then["song"] != now["song"]) names.emplace_back("the song");
  for (const char* part : {"files", "diffusion"}) {
    for (std::string& name :
         differing_members(then.value(part, Json::object()), now.value(part, Json::object())))
      names.push_back(std::move(name));
  }
  // What the settings came to: a default may have changed.
  for (const char* part : {"settings", "video", "interpolation_model_sha256", "upscale_sha256"}) {
    if (names.empty() && then.value(part, Json()) != now.value(part, Json())) names.emplace_back(part);
  }
  return names;
}

bool is_video_made(const SessionState& state) {
  const fs::path& file = state.target.path;
  std::error_code failed;
  if (!fs::exists(file, failed)) return false;
  bool is_whole = false;
  Json made;
  try {
    const auto shown = static_cast<int64_t>(state.plan.shown.size());
    if (const auto loop = read_loop_file(file)) {
      is_whole = lasts_as_long(*loop, state.plan, state.settings.job.analysis.fps);
      made = parse_json(loop->comment, "");
    } else {
      const VideoProbe video = probe_video(file);
      is_whole = video.pictures == shown;
      made = parse_json(video.comment, "");
    }
  } catch (const Error&) {
    // Said below.
  }
  const bool may_replace = state.settings.run.overwrite;
  if (!made.is_object()) {
    if (may_replace) return false;
    refuse(file, "was not made by this program");
  }
  Json asked = settings_tag(state);
  // Song, seed and model are compared; they choose the same prompt again.
  if (state.settings.prompt_by_song) asked["prompt"] = made.value("prompt", Json());
  if (state.settings.job.own_scenes) asked["scenes"] = made.value("scenes", Json());
  std::vector<std::string> different = differences(made, asked);
  if (different.empty() && !is_whole) different.emplace_back("the number of frames");
  if (different.empty()) return true;
  if (may_replace) return false;
  refuse(file, text_of(std::move(different)));
}

bool any_frame_is_there(const SessionState& state) {
  return std::any_of(state.plan.shown.begin(), state.plan.shown.end(), [&](const ShownFrame& shown) {
    return is_taken(state.target.pattern->file(shown.frame), "output");
  });
}

void refuse_other_frames(const SessionState& state) {
  const FrameRecord record(*state.target.pattern);
  for (const ShownFrame& shown : state.plan.shown) {
    const fs::path file = state.target.pattern->file(shown.frame);
    if (!record.knows(shown.frame) && is_taken(file, "output = " + file.string()))
      refuse(file, "was not made by this program");
  }
}

std::set<int64_t> frames_made(const SessionState& state) {
  const FramePattern& pattern = *state.target.pattern;
  const FrameRecord record(pattern);
  const std::vector<FrameKey> keys = shown_keys(state.plan);
  std::set<int64_t> made;
  for (size_t i = 0; i < keys.size(); ++i) {
    const int64_t frame = state.plan.shown[i].frame;
    if (record.holds(frame, keys[i])) {
      made.insert(frame);
    } else if (const fs::path file = pattern.file(frame);
               !state.settings.run.overwrite && is_taken(file, "output = " + file.string())) {
      refuse(file, record.knows(frame) ? "was made with other settings or files, or changed since"
                                       : "was not made by this program");
    }
  }
  return made;
}

}  // namespace spectradiff
