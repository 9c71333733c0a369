// A session's plan carried out.
#pragma once

#include <atomic>

#include "spectradiff/session/session.h"

namespace spectradiff {

// As Session::run, of a song that was heard or not.
Outcome run_session(Session& session, SessionState& state, const std::atomic<int>& stop);

}  // namespace spectradiff
