// A run of a plan whose pictures are there.
#pragma once

#include <atomic>

#include "session_state.h"
#include "spectradiff/render/kept_pictures.h"

namespace spectradiff {

// Shows, encodes and checks it, with every picture of its rows among `pictures`. Otherwise as Session::run.
Outcome assemble(SessionState& state, KeptPictures& pictures, const std::atomic<int>& stop);

}  // namespace spectradiff
