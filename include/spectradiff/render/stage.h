// The stages of a run, and what they pass on.
//
// | stage          | takes            | gives                     | needs of neighbours      | thread     |
// |----------------|------------------|---------------------------|--------------------------|------------|
// | PaintStage     | a recipe         | painting, control picture | nothing                  | any, many  |
// | DiffusionStage | a batch, painted | its pictures              | pictures its rows follow | the device |
// | FrameOrder     | pictures of rows | the same, ascending       | all before it            | the sink   |
// | BetweenStage   | those            | every shown frame         | the row's before it      | the sink   |
// | FlashStage     | shown frames     | calmed ones               | all before it            | the sink   |
// | MeasureStage   | shown frames     | the same                  | all before it            | the sink   |
// | UpscaleStage   | shown frames     | larger ones               | nothing                  | the sink   |
// | SinkStage      | shown frames     | nothing: they have left   | nothing                  | the sink   |
//
// Up to FrameOrder a picture is a pure function of recipe and constants. What looks at neighbours comes
// behind it and sees every frame of the plan in order, whatever was made when.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "spectradiff/image/canvas.h"

namespace spectradiff {

struct Frame {
  int64_t index = 0;  // in the whole song
  Canvas picture;
};
using PassOn = std::function<void(Frame)>;

// One stage of showing. take() is called from one thread, frame after frame; it passes on none, one or more.
class ShowStage {
 public:
  virtual ~ShowStage() = default;
  // Before the first frame: what it has already.
  virtual void begin(const PassOn& /*pass_on*/) {}
  virtual void take(Frame frame, const PassOn& pass_on) = 0;
};

// Stages one behind the other.
class ShowStages {
 public:
  void add(std::unique_ptr<ShowStage> stage) { stages_.push_back(std::move(stage)); }
  void begin() {
    for (size_t i = 0; i < stages_.size(); ++i) stages_[i]->begin(behind(i));
  }
  void take(Frame frame) { take_from(0, std::move(frame)); }

 private:
  void take_from(size_t stage, Frame frame) {
    if (stage == stages_.size()) return;
    stages_[stage]->take(std::move(frame), behind(stage));
  }
  PassOn behind(size_t stage) {
    return [=, this](Frame next) { take_from(stage + 1, std::move(next)); };
  }

  std::vector<std::unique_ptr<ShowStage>> stages_;
};

}  // namespace spectradiff
