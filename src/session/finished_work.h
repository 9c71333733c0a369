// What a batch need not make again.
#pragma once

#include "session_state.h"

namespace spectradiff {

// Whether the output was made whole from these settings after its song was last changed: a video says so in
// its comment tag, frames in the record beside them. Error{output} naming what is different where something
// else is there.
bool is_made_already(SessionState& state);

// Of frames that are all made: their settings into `.%05d.png.json` beside them. Error{output}.
void keep_record(const SessionState& state);

}  // namespace spectradiff
