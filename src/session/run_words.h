// What a run says of its song and its plan, before and after.
#pragma once

#include "session_state.h"

namespace spectradiff {

// Song, frames and what is made of which.
void tell_job(const SessionState& state);

// Once the song is heard.
void tell_analysis(const SessionState& state);

// Of a song that is heard: a line per prompt and per option that music moves, with a curve of blocks.
void tell_moved(const SessionState& state);

// What strength comes to: "25 of 50 steps run at strength 0.5".
void tell_steps(const SessionState& state);

// Which of the plan's frames a shard, `part`, makes.
void tell_part(const SessionState& state, const Plan& part);

// Where that is more than WCAG 2.3.1 allows.
void warn_of_flashes(int flashes_per_s, RenderObserver& observer);

}  // namespace spectradiff
