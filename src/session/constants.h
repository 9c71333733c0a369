// The constants of a session's plan: every file digested, every choice made.
#pragma once

#include "session_state.h"

namespace spectradiff {

// Completes what make_plan has begun: digests of all that is read, the painting, the model and where it runs,
// the video. Loads no weights; the engine itself where something is diffused. Error{input} for files that
// cannot be read, Error{device} and Error{model} where the engine cannot run the model.
void settle_constants(SessionState& state);

// Its part that says how pictures are shown: the networks behind them, and the video.
void settle_showing(SessionState& state);

// Once it is known how many chains the whole song has: no more slots than can be of use, where the user
// leaves them open.
void fit_slots_to_chains(SessionState& state, int64_t chains);

// Once the plan's prompts are known: how many chunks of tokens every text of the job has. Error{usage} for
// prompts that cannot be read.
void count_text_chunks(SessionState& state);

}  // namespace spectradiff
