// What frames are made of: painted from their recipes alone (stage.h).
#pragma once

#include <memory>
#include <optional>

#include "spectradiff/diffusion/diffuser.h"
#include "spectradiff/image/canvas.h"
#include "spectradiff/paint/painter.h"
#include "spectradiff/render/executor.h"
#include "trails.h"

namespace spectradiff {

struct Painted {
  Canvas painting;
  Canvas control;                      // empty without a control network
  std::optional<TextOverlay> overlay;  // the row's sound
};

// paint() may run on many threads.
class PaintStage {
 public:
  explicit PaintStage(const Run& run) : run_(run), painter_(run.features, run.plan.constants.paint) {
    if (!run.plan.trails.empty()) trails_ = std::make_unique<Trails>(run.plan, painter_);
  }
  Painted paint(const Recipe& row) const;

 private:
  Canvas painting(const Recipe& row) const;
  std::optional<TextOverlay> overlay(const Recipe& row) const;

  const Run& run_;
  const Painter painter_;
  std::unique_ptr<Trails> trails_;  // null: there are none
};

}  // namespace spectradiff
