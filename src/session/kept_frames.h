// A session's store: it claims the output's name, and keeps what is finished of a render.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "session_state.h"
#include "spectradiff/render/kept_pictures.h"
#include "spectradiff/store/frame_store.h"

namespace spectradiff {

// What is kept. A diffused picture takes seconds, or a tenth of one on the quickest device, and keeping it
// some milliseconds of a core that is idle. A painting takes about as long as keeping it does: it is painted
// anew, and the store of such a run only claims the name.
bool keeps_pictures(const SessionState& state);

// The video, or the folder of frames; of no stream.
std::filesystem::path output_of(const OutputTarget& target);

// "v.mp4.spectradiff" beside the video; in the folder of frames ".%05d.png.spectradiff", or of some of them
// (`frames`, as the option says it) ".%05d.png.12-40.spectradiff", so that processes can share a folder. Of a
// shard "v.mp4.2-of-7.spectradiff".
std::filesystem::path store_file(const OutputTarget& target, const std::string& frames,
                                 const std::optional<Shard>& shard);

// That of the state's own run. Of no stream.
std::filesystem::path store_file(const SessionState& state);

// What the store notes of the pace of its runs (note_of_pace, cost.h).
constexpr const char* kAboutPace = "pace";

// Claims the output, clears away what dead processes left of it, and tells both. Null for a stream.
// Error{output} where a live process makes this output, where the store is another song's, and as FrameStore.
std::unique_ptr<FrameStore> claim_output(const SessionState& state);

// What the store has of the plan, the state's or a shard of it, once the song is heard; tells how much. Null
// where nothing is kept.
std::unique_ptr<StoredPictures> kept_pictures(const SessionState& state, const Plan& plan, FrameStore* store);

}  // namespace spectradiff
