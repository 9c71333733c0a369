// One render or paint job: opened, heard, planned and run.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "spectradiff/base/file.h"
#include "spectradiff/base/json.h"
#include "spectradiff/render/plan.h"
#include "spectradiff/render/render_job.h"
#include "spectradiff/render/render_observer.h"
#include "spectradiff/session/session_request.h"
#include "spectradiff/session/shared_resources.h"

namespace spectradiff {

struct SessionState;
struct ReportPage;

struct Outcome {
  bool complete = false;  // false: stopped
  int64_t frames = 0;     // of the output
  double seconds = 0;
  Json statistics;  // those of the setting "stats"; null where they were not asked for
  // For the setting "report", without commands and version, which the caller knows; null without it.
  std::shared_ptr<ReportPage> report;
};

// Settings are resolved, files opened, the output and the encoder tried and the model admitted before any
// work is done, so that nothing foreseeable goes wrong later. One thread.
class Session {
 public:
  enum class Purpose {
    run,
    check,  // of a job whose turn comes later: its output may exist
    look    // at the plan: the output may exist and the model need not be trusted
  };

  // Writes nothing. `shared` and `observer` outlive it. Error of the kind that fits what is wrong.
  static Session open(SessionRequest request, SharedResources& shared, RenderObserver& observer,
                      Purpose purpose = Purpose::run);
  Session(Session&&) noexcept;
  ~Session();

  const RenderJob& job() const;
  const Plan& plan() const;  // until hear(): as if nothing followed the music

  // Whether music moves the plan, by expressions, prompts or the choice of one.
  bool follows_music() const;
  // Hears the song and moves the plan by it. Done by run() otherwise.
  void hear();
  // As write_plan does, with the settings that were asked for; these alone where it cannot be said here where
  // it would be diffused. Before that, tells what music moves and what a run would take. Hears the song where
  // music moves the plan; reads the store.
  void print_plan(const TextSink& sink);

  // Whether the output is there and is what run() would make, by the content of all that it comes from: a
  // video says so in its comment tag, frames in the record beside them. Error{output} naming what is
  // different where something else is there and must not be replaced. Hears the song where frames are there.
  bool is_done();

  // Frames that are there and are what would be made are kept. Paints, diffuses, writes and checks the
  // output; a video's final name appears only when all of it is there. `stop` counts requests: 1 ends the run
  // after the frames in hand, 2 drops these too. Once. FrameError where a frame is to blame.
  Outcome run(const std::atomic<int>& stop);

 private:
  explicit Session(std::unique_ptr<SessionState> state);
  std::unique_ptr<SessionState> state_;
};

}  // namespace spectradiff
