// What need not be made again. Dates say nothing here: what the output was made from does, by its content.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "session_state.h"

namespace spectradiff {

// What of all that decides pictures and sound is not the same in two videos' tags, in words.
std::vector<std::string> differences(const Json& made, const Json& asked);

// Whether the video there is what the session would make: its tag says so, and it holds all pictures. False
// where there is none. Error{output} naming what is different where it was made otherwise, or by somebody
// else, and must not be replaced.
bool is_video_made(const SessionState& state);

// Whether any shown frame's file is there, whatever it is.
bool any_frame_is_there(const SessionState& state);

// Before the song is heard: Error{output} naming the first file that this program has no record of.
void refuse_other_frames(const SessionState& state);

// The shown frames whose files there are what the session would make. Of a session that has heard the song.
// Error{output} naming the first file that is another one and must not be replaced.
std::set<int64_t> frames_made(const SessionState& state);

}  // namespace spectradiff
