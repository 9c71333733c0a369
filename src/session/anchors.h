// What frames that see an anchor's attention need of a session.
#pragma once

#include <cstdint>

#include "resolution.h"
#include "session_state.h"

namespace spectradiff {

// Error{model} naming the exporter's option where frames of this model cannot see anchors.
void require_bank(const Manifest& model);

// A reference is seen where no share of it is given too. Error{model} as above.
void choose_coherence(Resolution& resolution);

// The reference picture at the size that is diffused. Error{input} where it cannot be read, Error{usage}
// where it is a video, or more than one.
void open_reference(SessionState& state);

// Bytes on the device that anchors take together at the most, of a plan whose rows see some; else 0.
uint64_t bytes_of_anchors(const SessionState& state, const Plan& plan);

}  // namespace spectradiff
