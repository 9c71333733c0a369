#include "finished_work.h"

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "old_render.h"
#include "spectradiff/base/error.h"
#include "spectradiff/base/file.h"
#include "spectradiff/base/text.h"
#include "spectradiff/config/options.h"
#include "spectradiff/media/probe.h"

namespace spectradiff {
namespace {

namespace fs = std::filesystem;

fs::path record_file(const FramePattern& pattern) {
  return pattern.folder() / ("." + pattern.name() + ".json");
}

std::string settings_text(const SessionState& state) {
  return json_text(settings_tag(state.settings.job, state.settings.model()));
}

fs::path first_file(const SessionState& state) {
  const auto& pattern = state.target.pattern;
  return pattern ? pattern->file(state.plan.shown.front().frame) : state.target.path;
}

std::vector<std::string> differences(const SessionState& state) {
  const auto& pattern = state.target.pattern;
  try {
    const auto differing = [&](const std::string& made_with) {
      Json made = parse_json(made_with, "");
      Json asked = parse_json(settings_text(state), "");
      // Song, seed and model are compared; they choose the same prompt again.
      if (state.settings.prompt_by_song && made.is_object()) asked["prompt"] = made["prompt"];
      return differing_keys(made, asked);
    };
    if (pattern) return differing(read_file(record_file(*pattern), kMaxTextBytes, ErrorKind::output));
    const VideoProbe video = probe_video(state.target.path);
    std::vector<std::string> different = differing(video.comment);
    if (different.empty() && video.pictures != static_cast<int64_t>(state.plan.shown.size()))
      different.emplace_back("the number of frames");
    return different;
  } catch (const Error&) {
    throw_error(ErrorKind::output, "output = {} exists and is no {} of this program; -y replaces it",
                first_file(state).string(), pattern ? "frame" : "video");
  }
}

// Whether each of the plan's frames is there, and none was touched after the record.
bool are_as_recorded(const FramePattern& pattern, const Plan& plan) {
  std::error_code failed;
  const auto recorded = fs::last_write_time(record_file(pattern), failed);
  return !failed && std::all_of(plan.shown.begin(), plan.shown.end(), [&](const ShownFrame& shown) {
    const auto made = fs::last_write_time(pattern.file(shown.frame), failed);
    return !failed && made <= recorded;
  });
}

}  // namespace

bool is_made_already(SessionState& state) {
  const std::optional<FramePattern>& pattern = state.target.pattern;
  if (pattern && !are_as_recorded(*pattern, state.plan)) {
    check_frames(*pattern, state.plan);
    return false;
  }
  const fs::path witness = pattern ? record_file(*pattern) : state.target.path;
  std::error_code failed;
  if (!fs::exists(witness, failed)) return false;
  std::vector<std::string> different = differences(state);
  const auto made = fs::last_write_time(witness, failed);
  for (AudioSource* source : {&state.input.song, &state.input.heard()}) {
    if (fs::last_write_time(source->file(), failed) > made)
      different.emplace_back("the song, which is newer");
  }
  if (different.empty()) return true;
  constexpr size_t kMost = 4;
  different.resize(std::min(kMost, different.size()));
  throw_error(ErrorKind::output, "output = {} exists and was made otherwise ({}); -y replaces it",
              first_file(state).string(), join(different, ", "));
}

void keep_record(const SessionState& state) {
  if (state.target.pattern) write_file(record_file(*state.target.pattern), settings_text(state), true);
}

}  // namespace spectradiff
