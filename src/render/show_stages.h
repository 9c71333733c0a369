// From pictures in the order they are made to frames in the order they are seen (stage.h).
#pragma once

#include <map>
#include <memory>
#include <vector>

#include "spectradiff/render/executor.h"
#include "spectradiff/render/flash_limiter.h"
#include "spectradiff/render/picture_spill.h"
#include "spectradiff/render/stage.h"

namespace spectradiff {

// Chains side by side finish rows long before their turn: a few wait in memory, the others on disk.
class FrameOrder : public ShowStage {
 public:
  // The run outlives it. At most `in_memory` pictures wait in memory. Those that are kept already need not
  // come: they are taken when their turn is.
  FrameOrder(const Run& run, size_t in_memory) : run_(run), rows_(run.plan.rows), in_memory_(in_memory) {}
  void begin(const PassOn& pass_on) override { pass_on_next(pass_on); }
  void take(Frame frame, const PassOn& pass_on) override;

 private:
  struct Waiting {
    Canvas picture;      // empty: on disk
    int64_t place = -1;  // there
  };

  void pass_on_next(const PassOn& pass_on);

  const Run& run_;
  const std::vector<Recipe>& rows_;
  const size_t in_memory_;
  size_t next_ = 0;                     // of the rows
  size_t held_ = 0;                     // in memory
  std::map<int64_t, Waiting> waiting_;  // by frame
  PictureSpill spill_;
};

// All stages of the run, filling `result`, which outlives them as the run does.
ShowStages show_stages(const Run& run, RunResult& result);

}  // namespace spectradiff
