#include "kept_frames.h"

#include <fmt/format.h>

#include <vector>

#include "spectradiff/base/error.h"
#include "spectradiff/base/leftovers.h"
#include "spectradiff/base/sha256.h"
#include "spectradiff/base/text.h"
#include "spectradiff/config/frame_keys.h"
#include "spectradiff/config/plan_file.h"

namespace spectradiff {
namespace {

constexpr const char* kAboutSong = "song_sha256";
constexpr const char* kAboutSongName = "song";
constexpr const char* kAboutConstants = "constants";

// Another song's frames are of no use here, and may be all that its owner has. Looked at before anything is
// written.
void refuse_other_song(const SessionState& state, const std::filesystem::path& file) {
  const std::string other = read_about(file, kAboutSong).value_or("");
  if (other.empty() || other == state.plan.constants.song.sha256) return;
  throw_error(ErrorKind::output,
              "{} keeps frames of another song, {}; it was left alone: finish that one, remove the file, or "
              "give another name with -o",
              file.string(), read_about(file, kAboutSongName).value_or(""));
}

}  // namespace

bool keeps_pictures(const SessionState& state) {
  return state.settings.diffuses || state.settings.run.shard;
}

std::filesystem::path output_of(const OutputTarget& target) {
  return target.kind == OutputTarget::Kind::frames ? target.pattern->folder() : target.path;
}

std::filesystem::path store_file(const OutputTarget& target, const std::string& frames,
                                 const std::optional<Shard>& shard) {
  constexpr const char* kEnding = ".spectradiff";
  constexpr size_t kLongest = 255 - 20;  // with the ending, and "-journal" behind that
  std::filesystem::path folder = target.path.parent_path();
  std::string name = target.path.filename().string();
  if (target.kind == OutputTarget::Kind::frames) {
    folder = target.pattern->folder();
    name = "." + target.pattern->name() + (frames.empty() ? "" : "." + frames);
  }
  const std::string part = shard ? fmt::format(".{}-of-{}", shard->index, shard->count) : "";
  return folder / ((name.size() + part.size() <= kLongest ? name : sha256_hex(name)) + part + kEnding);
}

std::filesystem::path store_file(const SessionState& state) {
  return store_file(state.target, state.settings.job.selection.frames, state.settings.run.shard);
}

std::unique_ptr<FrameStore> claim_output(const SessionState& state) {
  const OutputTarget& target = state.target;
  if (target.kind == OutputTarget::Kind::stream) return nullptr;
  const std::filesystem::path file = store_file(state);
  refuse_other_song(state, file);
  std::vector<std::string> notes;
  auto store = std::make_unique<FrameStore>(file, notes);
  for (const std::string& note : notes) state.observer.info(note);
  if (store->about(kAboutSong).empty()) {
    store->set_about(kAboutSong, state.plan.constants.song.sha256);
    store->set_about(kAboutSongName, state.input.song.name());
  }
  if (!state.settings.run.resume) store->clear();
  if (state.settings.run.shard) return store;  // others may write the output
  for (const auto& left : remove_left_parts(output_of(target)))
    state.observer.info(left.string() + " was left by a process that is gone; removed");
  return store;
}

std::unique_ptr<StoredPictures> kept_pictures(const SessionState& state, const Plan& plan,
                                              FrameStore* store) {
  if (store == nullptr || !keeps_pictures(state)) return nullptr;
  store->set_about(kAboutConstants, json_text(constants_to_json(plan.constants)));
  auto kept = std::make_unique<StoredPictures>(*store, plan, frame_keys(plan));
  if (kept->count() > 0)
    state.observer.info(
        fmt::format("{} of {} there already", kept->count(), counted(std::ssize(plan.rows), "frame")));
  return kept;
}

}  // namespace spectradiff
