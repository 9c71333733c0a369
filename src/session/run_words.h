// What a run says of its song and its plan, before and after.
#pragma once

#include "session_state.h"

namespace spectradiff {

// Song, frames and what is made of which.
void tell_job(const SessionState& state);

// Once the song is heard.
void tell_analysis(const SessionState& state);

// Where that is more than WCAG 2.3.1 allows.
void warn_of_flashes(int flashes_per_s, RenderObserver& observer);

}  // namespace spectradiff
