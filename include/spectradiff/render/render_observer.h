// What a run tells while it goes on: messages, events and progress.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "spectradiff/base/json.h"
#include "spectradiff/image/canvas.h"

namespace spectradiff {

// Whoever starts a run gives one and overrides what it wants to know; the rest is not told. Calls may come
// from several threads, one at a time within a stage; what an observer throws ends the run.
class RenderObserver {
 public:
  virtual ~RenderObserver() = default;

  // Messages are whole sentences for people, without a mark at their end.
  virtual void detail(std::string_view /*message*/) {}
  virtual void info(std::string_view /*message*/) {}
  virtual void warn(std::string_view /*message*/) {}

  // For programs: "start", "analysis", "model", "frame", "encode", "done" and their members, as
  // events.schema.json has them.
  virtual void event(std::string_view /*name*/, const Json& /*fields*/) {}

  // A stage whose number of frames is known: `total` are to be made, beside those that are there already.
  virtual void begin_stage(std::string_view /*stage*/, int64_t /*total*/, int64_t /*there*/) {}
  // So many of the total are done; how long the rest takes, where that is known better than by their number.
  virtual void advance(int64_t /*done*/, std::optional<double> /*left_s*/) {}
  virtual void end_stage() {}

  // Each picture of the stage as it is shown, in order, where the job's preview goes to whoever watches.
  virtual void picture(const Canvas& /*picture*/) {}
};

}  // namespace spectradiff
