// The diffusers of one run: the job's own, and one in float32 for pictures that came out with NaN.
#pragma once

#include <cstdint>
#include <memory>

#include "session_state.h"
#include "spectradiff/diffusion/diffuser.h"
#include "spectradiff/diffusion/engine.h"

namespace spectradiff {

// As far as the plan is settled, by its constants.
EngineRequest engine_request(const SessionState& state);

// `state`, whose job diffuses, outlives it. One thread.
class RunDiffusers {
 public:
  // Loads the job's networks, or finds them loaded; settles the job's batch size.
  explicit RunDiffusers(SessionState& state);

  Diffuser& diffuser() { return *diffuser_; }

  // Of float32 and one slot, for a frame whose picture was not finite; null where the networks compute in it
  // already.
  Diffuser* more_precise(int64_t frame);

 private:
  std::unique_ptr<Diffuser> on(Networks& networks, int batch_size) const;
  void warn_of_cut_prompts() const;
  void warn_of_overflow(int64_t frame);

  SessionState& state_;
  const Manifest& model_;
  std::unique_ptr<Diffuser> diffuser_, precise_;
  int64_t made_again_ = 0;  // pictures that were not finite
};

}  // namespace spectradiff
